import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation } from '../client/client.ts'
import { CommandError, type ExitCode, type Streams, type Terminal } from '../terminal.ts'
import { wholeNumber } from './input.ts'
import { outputOf, printRecord } from './output.ts'
import { Refused } from './problem.ts'
import { segmentOf } from './request.ts'
import { withSession, type CommonFlags, type Session } from './session.ts'
import { isRow, plain, plainJson } from './text.ts'

interface OperationName {
  readonly account: string
  readonly id: string
}

export const isOperation = (body: unknown): body is Operation =>
  isRow(body) && typeof body.id === 'string' && /^op_[a-z0-9]+$/.test(body.id) &&
  typeof body.action === 'string' && typeof body.status === 'string'

export const hasEnded = ({ status }: Operation): boolean => status === 'succeeded' || status === 'failed' || status === 'unknown'

export const endCodeOf = ({ status }: Operation): ExitCode => status === 'succeeded' ? 0 : status === 'failed' ? 1 : 4

export const followCommand = ({ account, id }: OperationName): string => `hawser operation wait ${account} ${id}`

/** Six digits at most: a timer takes no more milliseconds. */
export const timeoutOf = (text: unknown): number => wholeNumber(text, 999_999, '--timeout takes a number of seconds') ?? 35 * 60

type WaitFlags = CommonFlags & { readonly timeout?: string }

/** Waits for the end of an operation and prints it. */
export async function waitCommand (terminal: Terminal, name: OperationName, flags: WaitFlags): Promise<number> {
  const timeoutS = timeoutOf(flags.timeout)
  return await withSession(terminal, flags, async session => {
    const operation = await waitFor(session, name, { timeoutS })
    await printRecord(terminal, session.output, operation)
    return endCodeOf(operation)
  })
}

/** Prints every change of an operation until it ends: on a terminal as a live line, elsewhere as a line of JSON each. */
export async function watchCommand (terminal: Terminal, name: OperationName, flags: WaitFlags): Promise<number> {
  if (flags.quiet === true || outputOf(terminal, flags).format === 'table') return await waitCommand(terminal, name, flags)
  const timeoutS = timeoutOf(flags.timeout)
  return await withSession(terminal, flags, async session => {
    const silent = { ...session, output: { ...session.output, isQuiet: true } }
    return endCodeOf(await waitFor(silent, name, { timeoutS, onState: state => { terminal.print(`${plainJson(state, 0)}\n`) } }))
  })
}

interface FollowLimits {
  readonly timeoutS: number
  onState? (operation: Operation): void
}

/** Follows an operation to its end and shows its progress. */
export async function waitFor (session: Session, name: OperationName, { timeoutS, onState = () => {} }: FollowLimits): Promise<Operation> {
  const { terminal, output, interrupt } = session
  const late = new AbortController()
  const signal = AbortSignal.any([interrupt.signal, late.signal])
  interrupt.explain(`The operation goes on at the provider. To keep watching it: ${followCommand(name)}`)
  const timer = setTimeout(() => {
    late.abort(new CommandError(`The operation has not ended within ${timeoutS} s. To keep watching it: ${followCommand(name)}`, 4))
  }, timeoutS * 1000)
  const progress = createProgress(terminal, output.isQuiet)
  let last: Operation | null = null
  try {
    for await (const state of statesOf(session, name, signal)) {
      progress.show(state)
      onState(state)
      last = state
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof Refused) throw error
    const reason = error instanceof CommandError ? error.message : 'the gateway does not answer any more'
    throw new CommandError(`${reason}\nThe end of the operation is not known. To go on watching it: ${followCommand(name)}`, 4)
  } finally {
    clearTimeout(timer)
    progress.end()
  }
  if (last === null) throw new CommandError('the gateway did not show the operation', 4)
  return last
}

const pauseMs = 1000
/** Faults in a row; the client ends a stream after 70 seconds, and the next one begins with the present state. */
const mostFaults = 10

/**
 * The states of an operation, the last of which has ended. Reads the gateway's events; where a proxy does not pass them on, or the
 * connection is lost, the operation is read again.
 */
async function * statesOf (session: Session, name: OperationName, signal: AbortSignal): AsyncGenerator<Operation, void, undefined> {
  const path = `/v1/${segmentOf(name.account)}/operations/${segmentOf(name.id)}`
  let faults = 0
  for (;;) {
    try {
      for await (const state of eventsOf(session, path, signal)) {
        faults = 0
        yield state
        if (hasEnded(state)) return
      }
      const body = await session.call({ method: 'GET', path, signal })
      if (!isOperation(body)) throw new CommandError('the response is not an operation of the gateway', 1)
      yield body
      if (hasEnded(body)) return
    } catch (error) {
      signal.throwIfAborted()
      if ((error instanceof Refused && error.problem.retryable !== 'safe') || (faults += 1) > mostFaults) throw error
    }
    await sleep(pauseMs, undefined, { signal })
  }
}

/** Server-sent events; ends where the answer is no stream of events. */
async function * eventsOf ({ client }: Session, path: string, signal: AbortSignal): AsyncGenerator<Operation> {
  const response = await client.send({ method: 'GET', path: `${path}/events`, headers: { accept: 'text/event-stream' }, signal })
  if (!response.ok || response.body === null || !/^text\/event-stream\b/.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel()
    return
  }
  for await (const block of blocksOf(response.body)) {
    const data = block.split('\n').flatMap(line => line.startsWith('data:') ? [line.slice('data:'.length)] : []).join('\n')
    const state: unknown = data === '' ? null : JSON.parse(data)
    if (isOperation(state)) yield state
  }
}

const longestBlock = 1024 * 1024

/** What lies between empty lines. */
async function * blocksOf (body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.replaceAll('\r\n', '\n').split('\n\n')
    text = blocks.pop() ?? ''
    if (text.length > longestBlock) throw new CommandError('an event of the gateway is larger than 1 MiB', 1)
    yield * blocks
  }
}

interface Progress {
  show (operation: Operation): void
  /** Ends the line, so that what follows begins on one of its own. */
  end (): void
}

/** The progress of an operation: one line that is renewed on a terminal, a line for each change elsewhere. */
function createProgress ({ streams, environment, printError }: Terminal, isQuiet: boolean): Progress {
  if (isQuiet) return { show: () => {}, end: () => {} }
  const begun = Date.now()
  const lineOf = (operation: Operation): string => `${wordsOf(operation)}, ${Math.round((Date.now() - begun) / 1000)} s`
  if (streams?.error.isTTY === true && environment.TERM !== 'dumb') return liveLine(streams.error, printError, lineOf)
  let last = ''
  return {
    show: operation => {
      const words = wordsOf(operation)
      if (words !== last) printError(`${lineOf(operation)}\n`)
      last = words
    },
    end: () => {}
  }
}

function liveLine (error: Streams['error'], print: (text: string) => void, lineOf: (operation: Operation) => string): Progress {
  let shown: Operation | null = null
  const draw = (): void => {
    if (shown === null) return
    // A line that wraps could not be renewed. Most characters are one column wide; a provider's word may be cut earlier than needed.
    const text = lineOf(shown)
    const room = Math.max(10, (error.columns || 80) - 1)
    print(`\r\u001b[2K${text.length > room ? `${text.slice(0, room - 1)}…` : text}`)
  }
  const timer = setInterval(draw, 1000)
  return {
    show: operation => { shown = operation; draw() },
    end: () => {
      clearInterval(timer)
      if (shown !== null) print('\n')
      shown = null
    }
  }
}

function wordsOf ({ action, server_id: serverId, status, upstream, progress }: Operation): string {
  const vendor = upstream?.status ?? null
  const percent = progress === null ? '' : ` ${progress} %`
  const word = vendor === null || vendor === status ? '' : ` (${vendor})`
  return plain(`${action}${serverId === null ? '' : ` ${serverId}`}: ${status}${percent}${word}`)
}
