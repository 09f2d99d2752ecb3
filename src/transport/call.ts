import type { Clock } from '../domain/clock.ts'
import type { SideEffect } from '../domain/failure.ts'
import { silentTrace, type Trace } from '../telemetry/observer.ts'

/** The part of a request that provider calls need: its id, its deadline, and counters of what was sent. */
export interface Call {
  readonly requestId: string
  readonly signal: AbortSignal
  /** Aborted when the caller of a write has left; absent where `signal` is that signal. */
  readonly caller?: AbortSignal
  readonly clock: Clock
  /** In the time of `clock.elapsed()`; nothing is sent after it. */
  readonly deadline: number
  readonly counters: Counters
  readonly trace: Trace
}

/** What was sent for one request; shared by the calls that work for it. */
export interface Counters {
  upstreamCalls: number
  /** How many of their answers repeated an earlier one. */
  repeatedAnswers: number
  upstreamMs: number
  tokenMs: number
  /** Spent on looking up the cached answer that was returned. */
  cacheMs: number
  /** The worst that a write of this request has left behind. */
  writes: SideEffect
}

export const createCounters = (): Counters =>
  ({ upstreamCalls: 0, repeatedAnswers: 0, upstreamMs: 0, tokenMs: 0, cacheMs: 0, writes: 'none' })

export interface CallOptions {
  readonly clock: Clock
  readonly requestId: string
  readonly signal: AbortSignal
  readonly deadlineMs: number
  readonly caller?: AbortSignal
  readonly counters?: Counters
  readonly trace?: Trace
}

export function createCall ({ deadlineMs, counters = createCounters(), trace = silentTrace, ...rest }: CallOptions): Call {
  return { ...rest, deadline: rest.clock.elapsed() + deadlineMs, counters, trace }
}

/** Aborts a wait. A write that has sent nothing yet is given up when its caller disconnects; a later one is finished. */
export const leaving = ({ signal, caller, counters }: Call): AbortSignal =>
  caller === undefined || counters.writes !== 'none' ? signal : caller

export const remainingMs = (call: Call): number => call.deadline - call.clock.elapsed()

/**
 * `untilEnd` for work that is given up when the call ends. What is cut off so says nothing about the provider: a caller who has no time
 * must not open its circuit for the others.
 */
export async function withinCall<T> (call: Call, work: (signal: AbortSignal) => Promise<T>, late: () => Error): Promise<T> {
  const leaving = new AbortController()
  return await untilEnd(call, work(leaving.signal), () => {
    leaving.abort()
    return late()
  })
}

/** The work's outcome, or `late`'s error when the call ends first; the work itself goes on. */
export async function untilEnd<T> (call: Call, work: Promise<T>, late: () => Error): Promise<T> {
  let release = (): void => {}
  const end = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => { reject(late()) }
    const cancel = call.clock.timer(giveUp, Math.max(0, remainingMs(call)))
    call.signal.addEventListener('abort', giveUp, { once: true })
    release = () => { cancel(); call.signal.removeEventListener('abort', giveUp) }
    if (call.signal.aborted) giveUp()
  })
  // After `late` was thrown, no one awaits the work: its failure must not be an unhandled rejection.
  work.catch(() => {})
  try {
    return await Promise.race([work, end])
  } finally {
    release()
  }
}
