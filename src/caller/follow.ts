import type { Operation } from '../client/client.ts'
import { CommandError, type ExitCode } from '../terminal.ts'
import { isRow } from './cells.ts'
import { Refused } from './problem.ts'
import { createProgress } from './progress.ts'
import { segmentOf } from './request.ts'
import type { Session } from './session.ts'

export interface OperationName {
  readonly account: string
  readonly id: string
}

export const isOperation = (body: unknown): body is Operation =>
  isRow(body) && typeof body.id === 'string' && /^op_[a-z0-9]+$/.test(body.id) &&
  typeof body.action === 'string' && typeof body.status === 'string'

export const hasEnded = ({ status }: Operation): boolean => status === 'succeeded' || status === 'failed' || status === 'unknown'

export const endCodeOf = ({ status }: Operation): ExitCode => status === 'succeeded' ? 0 : status === 'failed' ? 1 : 4

export const followCommand = ({ account, id }: OperationName): string => `hawser operation wait ${account} ${id}`

export interface FollowLimits {
  readonly timeoutS: number
  onState? (operation: Operation): void
}

/** Follows an operation to its end, for so many seconds at most, and shows how it goes. */
export async function waitFor (session: Session, name: OperationName, { timeoutS, onState = () => {} }: FollowLimits): Promise<Operation> {
  const controller = new AbortController()
  const stop = (): void => { controller.abort(session.interrupt.signal.reason) }
  session.interrupt.explain(`The operation goes on at the provider. To keep watching it: ${followCommand(name)}`)
  session.interrupt.signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => {
    controller.abort(new CommandError(`The operation has not ended within ${timeoutS} s. To keep watching it: ${followCommand(name)}`, 4))
  }, timeoutS * 1000)
  const progress = createProgress(session.terminal, session.output)
  let last: Operation | null = null
  try {
    for await (const state of statesOf(session, name, controller.signal)) {
      progress.show(state)
      onState(state)
      last = state
    }
  } finally {
    clearTimeout(timer)
    session.interrupt.signal.removeEventListener('abort', stop)
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
export async function * statesOf (session: Session, name: OperationName, signal: AbortSignal): AsyncGenerator<Operation, void, undefined> {
  const path = `/v1/${segmentOf(name.account)}/operations/${segmentOf(name.id)}`
  let faults = 0
  for (;;) {
    try {
      for await (const state of eventsOf(session, path, signal)) {
        faults = 0
        yield state
        if (hasEnded(state)) return
      }
      const { body } = await session.call({ method: 'GET', path, signal })
      if (!isOperation(body)) throw new CommandError('the response is not an operation of the gateway', 1)
      yield body
      if (hasEnded(body)) return
    } catch (error) {
      signal.throwIfAborted()
      if ((error instanceof Refused && error.problem.retryable !== 'safe') || (faults += 1) > mostFaults) throw error
    }
    await pause(signal)
  }
}

async function pause (signal: AbortSignal): Promise<void> {
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, pauseMs)
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
  })
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
