import { circuitBreaker, CircuitState, CountBreaker, handleWhenResult } from 'cockatiel'
import { UpstreamError } from '../domain/failure.js'

export interface BreakerSettings {
  /** The circuit opens when so many of the last `window` calls failed or were slow, of at least `minimum`. */
  readonly share: number
  readonly window: number
  readonly minimum: number
  /** A call that takes longer counts as failed. */
  readonly slowMs: number
  /** So long nothing is sent; then one call tries. */
  readonly openMs: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** How a call went, as the breaker sees it. */
export interface Went {
  /** What the provider did; `ok`, a failure, or `aborted` by us. */
  readonly outcome: string
  readonly durationMs: number
}

export interface Breaker {
  state(): BreakerState
  /** Throws `circuit-open` while nothing is to be sent. */
  check(): void
  run<T extends Went>(work: () => Promise<T>): Promise<T>
}

/** What speaks of a provider that is down. A suspended platform does not: it wakes when it is asked. */
const troubles = new Set(['unreachable', 'timeout', 'unavailable'])
/** While one call tries, the others come back soon. */
const probingMs = 1000

/** Spares a provider that is down, and those who would wait for it. Count of the last calls; half-open lets one call through. */
export function createBreaker (settings: BreakerSettings, now: () => number = Date.now): Breaker {
  const isTrouble = (went: unknown): boolean => isWent(went) && (troubles.has(went.outcome) || went.durationMs > settings.slowMs || isLostProbe(went))
  // A probe that we gave up ourselves has shown nothing.
  const isLostProbe = ({ outcome }: Went): boolean => outcome === 'aborted' && policy.state === CircuitState.HalfOpen
  const policy = circuitBreaker(handleWhenResult(isTrouble), {
    halfOpenAfter: settings.openMs,
    breaker: new CountBreaker({ threshold: settings.share, size: settings.window, minimumNumberOfCalls: settings.minimum })
  })
  let openedAt = 0
  policy.onBreak(() => { openedAt = now() })

  const check = (): void => {
    const waitMs = policy.state === CircuitState.HalfOpen ? probingMs : policy.state === CircuitState.Open ? openedAt + settings.openMs - now() : 0
    if (waitMs > 0) throw new UpstreamError('circuit-open', 'too many of the last calls failed or were slow: nothing is sent for a while', { notAttempted: true, retryAfterMs: waitMs })
  }
  return {
    state: () => policy.state === CircuitState.Closed ? 'closed' : policy.state === CircuitState.HalfOpen ? 'half-open' : 'open',
    check,
    run: async work => {
      check()
      return await policy.execute(work)
    }
  }
}

const isWent = (value: unknown): value is Went => typeof value === 'object' && value !== null && 'outcome' in value && 'durationMs' in value

/** For an account whose breaker is switched off. */
export const noBreaker: Breaker = { state: () => 'closed', check: () => {}, run: async work => await work() }
