import type { Allowed } from '../adapters/contract.ts'
import { UpstreamError } from '../domain/failure.ts'
import { createSerial } from '../domain/serial.ts'
import type { TokenBuckets } from '../state/limits.ts'
import { leaving, remainingMs, untilEnd, type Call } from './call.ts'

type Headers = Readonly<Record<string, string>>

/** To be called when the request has ended, with the headers of its answer; null if there is none. */
export type Leave = (headers: Headers | null) => void

/** Slows an account down before its provider refuses, by what the answers say is left of the provider's own rate limit. */
export interface Allowance {
  /**
   * Waits until the provider allows one more request; throws `rate-limited`, with the time until then, if the wait would outlast the
   * request. If that time is far away, an occasional request is sent all the same.
   */
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
/** A time within this is trusted. */
const trustedMs = 5000
const longestPauseMs = 30_000

/** What the answers have said so far. */
function createKnown ({ read, now }: Pick<AllowanceParts, 'read' | 'now'>) {
  // `freeAt`: where none is left, when one is allowed again. `exhausted`: answers in a row that left none.
  const known = { left: Infinity, freeAt: 0, open: 0, exhausted: 0, probeAt: 0 }
  const leave: Leave = headers => {
    known.open -= 1
    const allowed = headers === null ? null : read(headers, now())
    if (allowed === null) return
    // The provider may not have counted the requests that are under way.
    known.left = allowed.remaining - known.open
    known.freeAt = now() + allowed.nextMs
    known.exhausted = allowed.remaining > 0 ? 0 : known.exhausted + 1
    known.probeAt = now() + Math.min(longestPauseMs, leastMs * (2 ** (known.exhausted - 1) - 1))
  }
  /** Some vendors give the time of a longer limit, and limits are lifted: a request now and then finds out, ever more rarely. */
  const mayProbe = (): boolean => {
    if (now() < known.probeAt) return false
    known.probeAt = now() + leastMs
    return true
  }
  return { known, leave, mayProbe, untilFreeMs: (): number => known.left > 0 ? 0 : known.freeAt - now() }
}

/** Until an answer says what is left nothing waits. Requests of other tools with the same credentials show in the next answer. */
export function createAllowance ({ account, read, tokenBuckets, now }: AllowanceParts): Allowance {
  const { known, leave, mayProbe, untilFreeMs } = createKnown({ read, now })
  const nextTurn = createTurns()

  const takeOne = async (call: Call): Promise<void> => {
    known.left -= 1
    known.open += 1
    try {
      if (known.left >= shared.capacity) return
      const waitMs = await tokenBuckets.take(`{${account}}:allowance`, shared, remainingMs(call))
      await pause(call, waitMs ?? Infinity)
    } catch (error) {
      known.left += 1
      known.open -= 1
      throw error
    }
  }

  return {
    enter: async call => {
      if (known.left > 0) {
        await takeOne(call)
        return leave
      }
      if (untilFreeMs() > remainingMs(call)) {
        if (untilFreeMs() <= trustedMs || !mayProbe()) throw refused(untilFreeMs())
        await takeOne(call)
        return leave
      }
      // None is left: one request at a time finds out whether there is one again.
      const endTurn = await nextTurn(call, () => refused(untilFreeMs()))
      try {
        await pause(call, untilFreeMs())
        const isOver = known.left > 0
        await takeOne(call)
        if (!isOver) return headers => { leave(headers); endTurn() }
      } catch (error) {
        endTurn()
        throw error
      }
      endTurn()
      return leave
    }
  }
}

const refused = (waitMs: number): UpstreamError =>
  new UpstreamError('rate-limited', 'the provider allows no further request for now; nothing was sent', {
    notAttempted: true, retryAfterMs: Math.max(leastMs, Number.isFinite(waitMs) ? waitMs : leastMs)
  })

async function pause (call: Call, ms: number): Promise<void> {
  if (ms <= 0) return
  if (ms > remainingMs(call) || !await call.clock.sleep(ms, leaving(call))) throw refused(ms)
}

/** One caller at a time; resolves with the end of its turn. A caller that gives up before its turn passes it on. */
function createTurns () {
  const serially = createSerial()
  return async (call: Call, late: () => Error): Promise<() => void> => {
    const begun = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    serially('', async () => { begun.resolve(); await ended.promise }).catch(() => {})
    try {
      await untilEnd(call, begun.promise, late)
    } catch (error) {
      ended.resolve()
      throw error
    }
    return ended.resolve
  }
}
