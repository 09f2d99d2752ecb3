import type { Allowed } from '../adapters/contract.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { TokenBuckets } from '../state/token-bucket.ts'
import { leaving, remainingMs, untilEnd, type Call } from './call.ts'

type Headers = Readonly<Record<string, string>>

/** To be called when the request has ended, with the headers of its answer; null if there is none. */
export type Leave = (headers: Headers | null) => void

/** Slows an account down before its provider refuses, by what the answers say is left of the provider's own rate limit. */
export interface Allowance {
  /** Waits until the provider allows one more request; `rate-limited`, with the time until then, if the wait would outlast the request. */
  enter(call: Call): Promise<Leave>
}

export interface AllowanceParts {
  readonly account: string
  readonly read: (headers: Headers, now: number) => Allowed | null
  readonly tokenBuckets: TokenBuckets
  readonly now: () => number
}

/** With fewer left than this, replicas share a bucket, because each may believe that the rest is its own. */
const shared = { capacity: 16, perSecond: 1 }
const leastMs = 1000

/** Until an answer says what is left nothing waits. Requests of other tools with the same credentials show in the next answer. */
export function createAllowance ({ account, read, tokenBuckets, now }: AllowanceParts): Allowance {
  let left = Infinity
  /** Where none is left: when one is allowed again. */
  let freeAt = 0
  let open = 0
  let last: Promise<void> = Promise.resolve()

  const refused = (): UpstreamError => new UpstreamError('rate-limited', 'the provider allows no further request for now; nothing was sent', {
    notAttempted: true, retryAfterMs: Math.max(leastMs, freeAt - now())
  })

  const pause = async (call: Call, ms: number): Promise<void> => {
    if (ms > remainingMs(call) || !await call.clock.sleep(ms, leaving(call))) throw refused()
  }

  const takeOne = async (call: Call, done: () => void): Promise<Leave> => {
    left -= 1
    open += 1
    try {
      const waitMs = left < shared.capacity ? await tokenBuckets.take(`{${account}}:allowance`, shared, remainingMs(call)) : 0
      if (waitMs === null || waitMs > 0) await pause(call, waitMs ?? Infinity)
    } catch (error) {
      left += 1
      open -= 1
      done()
      throw error
    }
    return headers => {
      open -= 1
      const allowed = headers === null ? null : read(headers, now())
      if (allowed !== null) {
        // The provider may not have counted the requests that are under way.
        left = allowed.remaining - open
        freeAt = now() + allowed.nextMs
      }
      done()
    }
  }

  return {
    enter: async call => {
      if (left > 0) return await takeOne(call, () => {})
      if (freeAt - now() > remainingMs(call)) throw refused()
      // None is left: one request at a time finds out whether there is one again.
      const before = last
      let done = (): void => {}
      last = new Promise<void>(resolve => { done = resolve })
      try {
        await untilEnd(call, before, refused)
        if (left <= 0 && freeAt > now()) await pause(call, freeAt - now())
      } catch (error) {
        before.then(done).catch(() => {})
        throw error
      }
      if (left > 0) done()
      return await takeOne(call, done)
    }
  }
}
