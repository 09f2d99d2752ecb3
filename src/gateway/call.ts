import type { SideEffect } from '../domain/failure.js'

/** One request of ours, as far as the providers see it: its id, its end, and the count of what was sent for it. */
export interface Call {
  readonly requestId: string
  readonly signal: AbortSignal
  /** Epoch milliseconds of `performance.now()`'s clock after which nothing more is sent. */
  readonly deadline: number
  readonly tally: Tally
}

/** What was sent for one request; shared by the calls that work for it. */
export interface Tally {
  upstreamCalls: number
  upstreamMs: number
  tokenMs: number
  /** The worst that a write of this request has left behind. */
  writes: SideEffect
}

export const createTally = (): Tally => ({ upstreamCalls: 0, upstreamMs: 0, tokenMs: 0, writes: 'none' })

export interface CallOptions {
  readonly requestId: string
  readonly signal: AbortSignal
  readonly deadlineMs: number
  readonly tally?: Tally
}

export const createCall = ({ requestId, signal, deadlineMs, tally = createTally() }: CallOptions): Call =>
  ({ requestId, signal, deadline: performance.now() + deadlineMs, tally })

export const remainingMs = (call: Call): number => call.deadline - performance.now()
