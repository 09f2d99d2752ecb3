import { CommandError, type Terminal } from '../terminal.ts'
import { isRow } from './cells.ts'
import { hasTrait, pathParameters, type Endpoint } from './endpoint.ts'
import { flagOf, valueOf } from './fields.ts'
import { limitOf, runList } from './list.ts'
import { printRecord } from './output.ts'
import { Refused, slugOf } from './problem.ts'
import { bodyOf, pathOf, queryOf, type Flags, type Query } from './request.ts'
import { resolveServer, type Target } from './resolve.ts'
import { withSession, type CommonFlags, type Session } from './session.ts'
import { runWrite } from './write.ts'

export interface CommandLine {
  /** The arguments of the command: the parameters of the path, then a member of the body. */
  readonly words: readonly string[]
  readonly flags: CommonFlags & Flags
}

export interface Invocation extends CommandLine {
  readonly endpoint: Endpoint
}

/** Runs a command: of several endpoints, the one that takes so many arguments. Lists of an account and of a server have one command. */
export async function runCommand (terminal: Terminal, variants: readonly Endpoint[], line: CommandLine): Promise<number> {
  const endpoint = variants.find(({ path }) => pathParameters(path).length === line.words.length) ?? variants.at(-1)
  if (endpoint === undefined) throw new CommandError('there is no such command', 2)
  const strange = variants.flatMap(({ query }) => query).filter(field => !endpoint.query.some(({ name }) => name === field.name))
  for (const field of strange) {
    if (await valueOf(terminal, field, line.flags) === undefined) continue
    throw new CommandError(`${flagOf(field)} does not apply with ${line.words.length === 0 ? 'no arguments' : 'these arguments'}`, 2)
  }
  return await runEndpoint(terminal, { ...line, endpoint })
}

/** Runs the command of one endpoint. */
export async function runEndpoint (terminal: Terminal, { endpoint, words, flags }: Invocation): Promise<number> {
  const query = await queryOf(terminal, endpoint, flags)
  const body = await bodyOf(terminal, endpoint, words, flags)
  const limit = limitOf(flags.limit)
  return await withSession(terminal, flags, async session => {
    const names = pathParameters(endpoint.path)
    const values = words.slice(0, names.length)
    if (isServerItself(endpoint)) return await showServer(session, endpoint, values, query)
    const target = endpoint.path.includes('/servers/{id}') ? await resolveServer(session, values[0] ?? '', values[1] ?? '') : null
    const path = pathOf(endpoint, values.map((value, at) => names[at] === 'id' && target !== null ? target.id : value))
    if (hasTrait(endpoint, 'page')) return await runList(session, { endpoint, path, query, limit, isStrict: flags.strict === true })
    if (endpoint.method !== 'GET') return await runWrite(session, { endpoint, path, query, body, account: values[0] ?? '', target, flags })
    return await show(session, path, query)
  })
}

const isServerItself = ({ method, path }: Endpoint): boolean => method === 'GET' && path.endsWith('/servers/{id}')

/** The read of a server is the look for its id, too. */
async function showServer (session: Session, endpoint: Endpoint, values: readonly string[], query: Query): Promise<number> {
  const [account = '', word = ''] = values
  try {
    return await show(session, pathOf(endpoint, [account, word]), query)
  } catch (error) {
    if (!(error instanceof Refused) || !['server-not-found', 'invalid-request'].includes(slugOf(error.problem))) throw error
    const target: Target = await resolveServer(session, account, word)
    return await show(session, pathOf(endpoint, [account, target.id]), query)
  }
}

async function show ({ terminal, output, call }: Session, path: string, query: Query): Promise<number> {
  const { body } = await call({ method: 'GET', path, query })
  if (!isRow(body)) throw new CommandError('the response is not from the gateway', 1)
  await printRecord(terminal, output, body)
  return 0
}
