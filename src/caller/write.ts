import type { Operation } from '../client/client.ts'
import { CommandError } from '../terminal.ts'
import type { Endpoint } from './endpoint.ts'
import { endCodeOf, followCommand, hasEnded, isOperation, timeoutOf, waitFor } from './follow.ts'
import { ask } from './input.ts'
import { printRecord } from './output.ts'
import { problemText, Refused } from './problem.ts'
import { idempotencyKeyOf, segmentOf, type Flags, type Query } from './request.ts'
import type { Session } from './session.ts'
import { isRow, plain, plainJson, type Row } from './text.ts'

/** The server of a command. */
export interface Target {
  readonly id: string
  /** Null where it is not known: then the caller's word is taken for an id. */
  readonly name: string | null
}

interface Write {
  readonly endpoint: Endpoint
  readonly path: string
  readonly query: Query
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly account: string
  /** The server in the path; null if there is none. */
  readonly target: Target | null
  readonly flags: Flags
}

/** Sends a write and prints what it answers: the calls of a dry run, the operation, or a value. */
export async function runWrite (session: Session, write: Write): Promise<number> {
  const { terminal, output } = session
  const { endpoint, flags, query } = write
  const isDryRun = query.dry_run === true
  const timeoutS = timeoutOf(flags.timeout)
  const confirmed = endpoint.traits.includes('destroys') && !isDryRun ? await confirm(session, write) : {}
  const key = isDryRun ? undefined : idempotencyKeyOf(endpoint, flags)
  announceKey(session, key)
  const body = await send(session, { ...write, query: { ...query, ...confirmed } }, key)
  if (body === null) return 4
  if (!isRow(body)) throw new CommandError('the response is not from the gateway; the request may have been carried out', 4)
  if (isDryRun && Array.isArray(body.calls)) return printDryRun(session, body.calls)
  if (isOperation(body)) return await finish(session, write, body, timeoutS)
  await printRecord(terminal, output, body)
  return 0
}

/** Printed before anything is sent: if the response is lost, the caller repeats the command with the same key. */
function announceKey ({ terminal, interrupt }: Session, key: string | undefined): void {
  interrupt.explain(key === undefined
    ? 'interrupted before the response: the request may have been carried out. See hawser operations'
    : `interrupted before the response. ${againWith(key)}`)
  if (key !== undefined) terminal.printError(`Idempotency-Key: ${key}\n`)
}

const againWith = (key: string): string => `Run the same command again with --idempotency-key ${key}: it will not be executed twice.`

/** Resolves with the body; null where the response was lost and nothing more is to be printed. */
async function send (session: Session, { endpoint, path, query, body, account, flags }: Write, key: string | undefined): Promise<unknown> {
  const { terminal, isVerbose, call } = session
  try {
    return await call({ method: endpoint.method, path, query, headers: key === undefined ? {} : { 'idempotency-key': key }, body })
  } catch (error) {
    if (error instanceof Refused) {
      const { operation_id: id } = error.problem
      if (id === undefined) throw error
      terminal.printError(problemText(error.problem, isVerbose))
      if (flags.wait === true) return await call({ method: 'GET', path: `/v1/${segmentOf(account)}/operations/${segmentOf(id)}` })
      terminal.printError(`The gateway keeps following it: ${followCommand({ account, id })}\n`)
      return null
    }
    if (key === undefined || !(error instanceof CommandError) || error.exitCode !== 4) throw error
    throw new CommandError(`${error.message}\n${againWith(key)}`, 4)
  }
}

async function finish (session: Session, { account, flags }: Write, begun: Operation, timeoutS: number): Promise<number> {
  const { terminal, output } = session
  const name = { account, id: begun.id }
  // Shown once: the operation itself never holds it.
  const password = 'generated_password' in begun ? { generated_password: begun.generated_password } : {}
  let operation = begun
  if (flags.wait === true && !hasEnded(begun)) {
    try {
      operation = await waitFor(session, name, { timeoutS })
    } catch (error) {
      if (typeof password.generated_password === 'string') await printRecord(terminal, output, begun)
      throw error
    }
  }
  await printRecord(terminal, output, { ...operation, ...password })
  if (hasEnded(operation)) return endCodeOf(operation)
  if (!output.isQuiet) terminal.printError(`Accepted; still in progress. To wait for it: ${followCommand(name)}\n`)
  return 0
}

function printDryRun ({ terminal, output }: Session, calls: readonly unknown[]): number {
  if (output.format !== 'table') terminal.print(`${plainJson({ calls }, output.format === 'json' ? 2 : 0)}\n`)
  else for (const call of calls.filter(isRow)) terminal.print(callText(call))
  if (!output.isQuiet) terminal.printError('Dry run: nothing was sent.\n')
  return 0
}

function callText ({ method, url, headers, body }: Row): string {
  const headerLines = Object.entries(isRow(headers) ? headers : {}).map(([name, value]) => `  ${name}: ${String(value)}`)
  const content = body === null || body === undefined ? '' : `${plainJson(body, 2).replaceAll(/^/gm, '  ')}\n`
  return `${[`${String(method)} ${String(url)}`, ...headerLines].map(line => `${plain(line)}\n`).join('')}${content}`
}

/** `--confirm`, `--yes`, or the name as typed on the terminal. Resolves with what the gateway is to check. */
async function confirm ({ terminal, interrupt }: Session, { endpoint, account, target, flags }: Write): Promise<Record<string, string>> {
  const { id = '', name = null } = target ?? {}
  if (typeof flags.confirm === 'string') {
    if (name !== null && flags.confirm !== name) {
      throw new CommandError('--confirm does not match the name of this server; nothing was sent', 2)
    }
    return { confirm: flags.confirm }
  }
  if (flags.yes === true) return {}
  if (terminal.streams?.input.isTTY !== true || !terminal.streams.error.isTTY) {
    throw new CommandError(`${endpoint.summary}: without a terminal, confirm it with --yes or --confirm NAME; nothing was sent`, 2)
  }
  interrupt.explain('interrupted; nothing was sent')
  const wanted = name ?? id
  const question = `${endpoint.summary}: ${plain(wanted)} (${plain(id)}) of ${plain(account)}. This cannot be undone.\n`
  const typed = await ask(terminal, `${question}Type ${name === null ? 'its id' : 'its name'} to continue: `)
  if (typed?.trim() !== wanted.trim()) throw new CommandError('the name does not match; nothing was sent', 2)
  return name === null ? {} : { confirm: name }
}
