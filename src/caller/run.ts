import { CommandError, type Terminal } from '../terminal.ts'
import { flagOf, pathParameters, type Endpoint } from './endpoint.ts'
import { wholeNumber } from './input.ts'
import { printRecord, printRows, rowsOf } from './output.ts'
import { Refused, slugOf } from './problem.ts'
import { bodyOf, pathOf, queryOf, segmentOf, valueOf, type Flags, type Query } from './request.ts'
import { withSession, type CommonFlags, type Session } from './session.ts'
import { isRow, plain, type Row } from './text.ts'
import { runWrite, type Target } from './write.ts'

interface CommandLine {
  /** The arguments of the command: the parameters of the path, then a member of the body. */
  readonly words: readonly string[]
  readonly flags: CommonFlags & Flags
}

/** Runs a command: of several endpoints, the one that takes so many arguments. Lists of an account and of a server have one command. */
export async function runCommand (terminal: Terminal, variants: readonly Endpoint[], { words, flags }: CommandLine): Promise<number> {
  const endpoint = variants.find(({ path }) => pathParameters(path).length === words.length) ?? variants.at(-1)
  if (endpoint === undefined) throw new CommandError('there is no such command', 2)
  for (const field of variants.flatMap(({ query }) => query).filter(({ name }) => !endpoint.query.some(known => known.name === name))) {
    if (await valueOf(terminal, field, flags) === undefined) continue
    throw new CommandError(`${flagOf(field)} does not apply with ${words.length === 0 ? 'no arguments' : 'these arguments'}`, 2)
  }
  const query = await queryOf(terminal, endpoint, flags)
  const body = await bodyOf(terminal, endpoint, words, flags)
  const limit = wholeNumber(flags.limit, 999_999_999, '--limit takes a whole number from 1')
  return await withSession(terminal, flags, async session => {
    const names = pathParameters(endpoint.path)
    const values = words.slice(0, names.length)
    const [account = '', word = ''] = values
    if (endpoint.method === 'GET' && endpoint.path.endsWith('/servers/{id}')) {
      return await showServer(session, { endpoint, account, word, query })
    }
    const target = endpoint.path.includes('/servers/{id}') ? await resolveServer(session, account, word) : null
    const path = pathOf(endpoint, values.map((value, at) => names[at] === 'id' && target !== null ? target.id : value))
    if (endpoint.traits.includes('page')) return await list(session, { endpoint, path, query, limit, isStrict: flags.strict === true })
    if (endpoint.method !== 'GET') return await runWrite(session, { endpoint, path, query, body, account, target, flags })
    return await show(session, path, query)
  })
}

interface ServerRead {
  readonly endpoint: Endpoint
  readonly account: string
  /** Its id or name. */
  readonly word: string
  readonly query: Query
}

/** Reads the server by its id, and looks for the name only if there is no such id. */
async function showServer (session: Session, { endpoint, account, word, query }: ServerRead): Promise<number> {
  try {
    return await show(session, pathOf(endpoint, [account, word]), query)
  } catch (error) {
    if (!isUnknownId(error)) throw error
    const target = await resolveServer(session, account, word)
    return await show(session, pathOf(endpoint, [account, target.id]), query)
  }
}

async function show ({ terminal, output, call }: Session, path: string, query: Query): Promise<number> {
  const body = await call({ method: 'GET', path, query })
  if (!isRow(body)) throw new CommandError('the response is not from the gateway', 1)
  await printRecord(terminal, output, body)
  return 0
}

/** A name may not have the form of an id of this provider. */
const isUnknownId = (error: unknown): boolean =>
  error instanceof Refused && ['server-not-found', 'invalid-request'].includes(slugOf(error.problem))

const idForm = /^[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}$/
const mostNames = 20

/** A server by its id, or by a name that only one server of the account has. An id comes first. */
async function resolveServer (session: Session, account: string, word: string): Promise<Target> {
  return (idForm.test(word) ? await byId(session, account, word) : null) ?? await byName(session, account, word)
}

/** Null if there is no such id. Where the key may not read, or the provider does not answer, the word is taken for an id. */
async function byId ({ call }: Session, account: string, id: string): Promise<Target | null> {
  try {
    const body = await call({ method: 'GET', path: `/v1/${segmentOf(account)}/servers/${segmentOf(id)}` })
    if (isRow(body) && typeof body.id === 'string' && typeof body.name === 'string') return { id: body.id, name: body.name }
    return { id, name: null }
  } catch (error) {
    if (isUnknownId(error)) return null
    if (!(error instanceof Refused) || ['account-not-found', 'unauthenticated'].includes(slugOf(error.problem))) throw error
    return { id, name: null }
  }
}

async function byName ({ call }: Session, account: string, name: string): Promise<Target> {
  const body = await call({ method: 'GET', path: `/v1/${segmentOf(account)}/servers`, query: { name, limit: mostNames } })
  const ids = rowsOf(body).flatMap(({ id }) => typeof id === 'string' ? [id] : [])
  const [id, ...more] = ids
  if (id === undefined) throw new CommandError(`${plain(account)} has no server with the id or name ${plain(name)}`, 3)
  if (more.length === 0) return { id, name }
  throw new CommandError(`${ids.length} servers of ${plain(account)} are named ${plain(name)}; use an id: ${ids.map(plain).join(', ')}`, 2)
}

const largestPage = 500

interface Listing {
  readonly endpoint: Endpoint
  readonly path: string
  readonly query: Query
  /** The maximum number of rows; null: all. */
  readonly limit: number | null
  /** An account of the fleet that did not answer is a failure. */
  readonly isStrict: boolean
}

/** Prints a list, page after page. In the fleet, each account that did not answer is a line on standard error. */
async function list (session: Session, listing: Listing): Promise<number> {
  const { terminal, output } = session
  /** A line for each account that is not up to date. */
  const unanswered = new Map<string, string>()
  const kind = listing.path === '/v1/servers' ? 'fleet' : listing.endpoint.words[0] ?? ''
  const count = await printRows(terminal, output, rowsFrom(session, listing, unanswered), kind)
  if (count === 0 && output.format === 'table' && !output.isQuiet) terminal.printError('No results.\n')
  for (const line of unanswered.values()) terminal.printError(line)
  return listing.isStrict && unanswered.size > 0 ? 1 : 0
}

async function * rowsFrom ({ call }: Session, listing: Listing, unanswered: Map<string, string>): AsyncGenerator<Row> {
  const { endpoint, path, query, limit } = listing
  let remaining = limit ?? Infinity
  let cursor: unknown = null
  do {
    const page = endpoint.traits.includes('limits') ? { limit: Math.min(remaining, largestPage) } : {}
    const body = await call({ method: 'GET', path, query: { ...query, ...page, ...typeof cursor === 'string' ? { cursor } : {} } })
    if (!isRow(body)) throw new CommandError('the response is not a page of the gateway', 1)
    for (const entry of Array.isArray(body.accounts) ? body.accounts.filter(isRow) : []) {
      if (typeof entry.account === 'string' && entry.status !== 'ok') unanswered.set(entry.account, `${plain(lineOf(entry))}\n`)
    }
    const rows = rowsOf(body).slice(0, remaining)
    yield * rows
    remaining -= rows.length
    cursor = isRow(body.page) ? body.page.next_cursor : null
  } while (typeof cursor === 'string' && remaining > 0)
}

function lineOf ({ account, status, age_ms: ageMs, problem }: Row): string {
  const reason = isRow(problem) ? `: ${String(problem.title)} (${String(problem.detail)})` : ''
  const age = status === 'stale' ? `; its servers are from ${Math.round(Number(ageMs) / 1000)} s ago` : ''
  return `${String(account)} did not respond${reason}${age}`
}
