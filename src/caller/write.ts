import { randomUUID } from 'node:crypto'
import type { Operation } from '../client/client.ts'
import { CommandError } from '../terminal.ts'
import { isRow, type Row } from './cells.ts'
import { hasTrait, type Endpoint } from './endpoint.ts'
import { endCodeOf, followCommand, hasEnded, isOperation, waitFor, type OperationName } from './follow.ts'
import { ask } from './input.ts'
import { printRecord } from './output.ts'
import { plain, plainJson } from './plain.ts'
import { problemText, Refused } from './problem.ts'
import { keyHeader, segmentOf, type Flags, type Query } from './request.ts'
import type { Target } from './resolve.ts'
import type { Answer, Session } from './session.ts'

type Headers = Readonly<Record<string, string>>

export interface Write {
  readonly endpoint: Endpoint
  readonly path: string
  readonly query: Query
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly account: string
  /** The server in the path; null if there is none. */
  readonly target: Target | null
  readonly flags: Flags
}

const defaultTimeoutS = 35 * 60

/** Sends a write and prints what it answers: the calls of a dry run, the operation, or a value. */
export async function runWrite (session: Session, write: Write): Promise<number> {
  const { terminal, output } = session
  const isDryRun = write.query.dry_run === true
  const timeoutS = timeoutOf(write.flags.timeout)
  const confirmed = hasTrait(write.endpoint, 'destroys') && !isDryRun ? await confirm(session, write) : {}
  const headers = isDryRun ? {} : keyHeader(write.endpoint, write.flags, () => `hawser-${randomUUID()}`)
  announceKey(session, headers['idempotency-key'])
  const answer = await send(session, { ...write, query: { ...write.query, ...confirmed } }, headers)
  if (answer === null) return 4
  const { body } = answer
  if (isDryRun && isRow(body) && Array.isArray(body.calls)) return printDryRun(session, body)
  if (isOperation(body)) return await finish(session, write, body, timeoutS)
  if (!isRow(body)) throw new CommandError('the response is not from the gateway; the request may have been carried out', 4)
  await printRecord(terminal, output, body)
  return 0
}

/** Printed before anything is sent: a lost answer is asked for again with the same key. */
function announceKey ({ terminal, interrupt }: Session, key: string | undefined): void {
  interrupt.explain(key === undefined
    ? 'interrupted before the response: the request may have been carried out. See hawser operations'
    : `interrupted before the response. ${againWith(key)}`)
  if (key !== undefined) terminal.printError(`Idempotency-Key: ${key}\n`)
}

const againWith = (key: string): string => `Run the same command again with --idempotency-key ${key}: it will not be executed twice.`

/** Resolves with the operation that follows a write whose answer was lost, if it is waited for. */
async function send (session: Session, { endpoint, path, query, body, account, flags }: Write, headers: Headers): Promise<Answer | null> {
  const { terminal, isVerbose, call } = session
  try {
    return await call({ method: endpoint.method, path, query, headers, ...(body === undefined ? {} : { body }) })
  } catch (error) {
    const key = headers['idempotency-key']
    if (key !== undefined && error instanceof CommandError && error.exitCode === 4 && !(error instanceof Refused)) {
      throw new CommandError(`${error.message}\n${againWith(key)}`, 4)
    }
    const id = error instanceof Refused ? error.problem.operation_id : undefined
    if (!(error instanceof Refused) || id === undefined) throw error
    terminal.printError(problemText(error.problem, isVerbose))
    if (flags.wait === true) return await call({ method: 'GET', path: `/v1/${segmentOf(account)}/operations/${segmentOf(id)}` })
    terminal.printError(`The gateway keeps following it: ${followCommand({ account, id })}\n`)
    return null
  }
}

async function finish (session: Session, { account, flags }: Write, begun: Operation, timeoutS: number): Promise<number> {
  const { terminal, output } = session
  const name = { account, id: begun.id }
  // Shown once: the operation itself never holds it.
  const password = 'generated_password' in begun ? { generated_password: begun.generated_password } : {}
  const operation = flags.wait === true && !hasEnded(begun) ? await waitShowing(session, { begun, password }, { name, timeoutS }) : begun
  await printRecord(terminal, output, { ...operation, ...password })
  if (hasEnded(operation)) return endCodeOf(operation)
  if (!output.isQuiet) terminal.printError(`Accepted; still in progress. To wait for it: ${followCommand(name)}\n`)
  return 0
}

interface Begun {
  readonly begun: Operation
  readonly password: Row
}

/** Waits for the end; a password that is shown once is printed even where the waiting is interrupted. */
async function waitShowing (session: Session, { begun, password }: Begun, { name, timeoutS }: { name: OperationName, timeoutS: number }): Promise<Operation> {
  try {
    return await waitFor(session, name, { timeoutS })
  } catch (error) {
    if (typeof password.generated_password === 'string') await printRecord(session.terminal, session.output, { ...begun, ...password })
    throw error
  }
}

function printDryRun ({ terminal, output }: Session, { calls }: Row): number {
  if (output.format !== 'table') terminal.print(`${plainJson({ calls }, output.format === 'json' ? 2 : 0)}\n`)
  else for (const call of Array.isArray(calls) ? calls.filter(isRow) : []) terminal.print(callText(call))
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
    if (name !== null && flags.confirm !== name) throw new CommandError('--confirm does not match the name of this server; nothing was sent', 2)
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

export function timeoutOf (text: unknown): number {
  if (text === undefined) return defaultTimeoutS
  if (typeof text === 'string' && /^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new CommandError('--timeout takes a number of seconds', 2)
}
