import { UpstreamError } from '../domain/failure.ts'
import type { TokenBuckets } from '../state/limits.ts'
import { leaving, remainingMs, type Call } from './call.ts'

export interface BulkheadSettings {
  readonly account: string
  /** Calls in flight. */
  readonly concurrency: number
  /** Calls that may queue for a slot. */
  readonly waiting: number
  /** Null: no limit. */
  readonly perSecond: number | null
}

/** Limits the calls to an account: in flight at one time, and started in a second. */
export interface Bulkhead {
  /**
   * Resolves when the call may be sent, with the function that ends it. Throws `overloaded` when the queue is full, the wait would outlast
   * the request, or its caller disconnects. First come, first served; sign-ins jump the queue, because queued calls need the token.
   */
  enter(call: Call, isSignIn: boolean): Promise<() => void>
}

export function createBulkhead (settings: BulkheadSettings, tokenBuckets: TokenBuckets, waited: (seconds: number) => void): Bulkhead {
  const slots = createSlots(settings)

  const pace = async (call: Call, perSecond: number): Promise<void> => {
    const size = { capacity: Math.max(1, Math.round(perSecond)), perSecond }
    const waitMs = await tokenBuckets.take(`{${settings.account}}:pace`, size, remainingMs(call))
    if (waitMs === null) throw overloaded('limits.requests_per_s of this account is used up for longer than this request may take')
    if (waitMs > 0 && !await call.clock.sleep(waitMs, leaving(call))) throw overloaded(left)
  }

  return {
    enter: async (call, isSignIn) => {
      const began = call.clock.elapsed()
      if (!slots.take()) await slots.wait(call, isSignIn)
      try {
        if (settings.perSecond !== null) await pace(call, settings.perSecond)
        const waitedMs = call.clock.elapsed() - began
        if (waitedMs > 1) waited(waitedMs / 1000)
        return slots.leave
      } catch (error) {
        slots.leave()
        throw error
      }
    }
  }
}

const left = 'the request ended while it waited'

/** A freed slot goes straight to the call that has waited longest, so no newcomer overtakes it. */
function createSlots ({ concurrency, waiting }: BulkheadSettings) {
  const queue: Array<() => void> = []
  let taken = 0

  /** Resolves when a slot was freed for this call. */
  const wait = async (call: Call, isSignIn: boolean): Promise<void> => {
    if (leaving(call).aborted) throw overloaded(left)
    if (queue.length >= waiting && !isSignIn) {
      throw overloaded('limits.concurrency of this account is used up, and too many requests wait already')
    }
    await new Promise<void>((resolve, reject) => {
      const signal = leaving(call)
      const start = (): void => { release(); resolve() }
      const giveUp = (why: string): void => {
        release()
        queue.splice(queue.indexOf(start), 1)
        reject(overloaded(why))
      }
      const onLeave = (): void => { giveUp(left) }
      const onDeadline = (): void => { giveUp('limits.concurrency of this account was used up for as long as this request may take') }
      const cancel = call.clock.timer(onDeadline, Math.max(0, remainingMs(call)))
      const release = (): void => { cancel(); signal.removeEventListener('abort', onLeave) }
      signal.addEventListener('abort', onLeave, { once: true })
      if (isSignIn) queue.unshift(start)
      else queue.push(start)
    })
  }
  return {
    /** Takes a slot; false if none is free. */
    take: (): boolean => {
      if (taken >= concurrency) return false
      taken += 1
      return true
    },
    wait,
    leave: (): void => {
      const next = queue.shift()
      if (next === undefined) taken -= 1
      else next()
    }
  }
}

const overloaded = (message: string): UpstreamError => new UpstreamError('overloaded', message, { notAttempted: true })
