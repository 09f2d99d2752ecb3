import { failures, UpstreamError, type AttemptOutcome } from '../domain/failure.ts'

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
export interface CallOutcome {
  readonly outcome: AttemptOutcome
  readonly durationMs: number
  /** It ended by our doing: the provider had no fair chance. */
  readonly isOurs: boolean
}

export interface Breaker {
  state(): BreakerState
  /** Throws `circuit-open` while nothing is to be sent. */
  check(): void
  run<T extends CallOutcome>(work: () => Promise<T>): Promise<T>
}

/** While one call tries, the others come back soon. */
const probingMs = 1000

/** `awake`: a suspended platform answers, and wakes only when it is asked: that counts nowhere, but an open circuit would keep it asleep. */
type Verdict = 'good' | 'bad' | 'awake' | 'none'

function judge ({ outcome, durationMs, isOurs }: CallOutcome, slowMs: number): Verdict {
  const verdict = outcome === 'ok' || outcome === 'aborted' ? 'good' : failures[outcome].call.circuit
  if (verdict === 'awake') return verdict
  if (durationMs > slowMs) return 'bad'
  return isOurs ? 'none' : verdict
}

/** Spares a provider that is down, and those who would wait for it. Count of the last calls; half-open lets one call through. */
export function createBreaker (settings: BreakerSettings, now: () => number): Breaker {
  const last = createWindow(settings)
  let state: BreakerState = 'closed'
  let openUntil = 0
  // Who began before the circuit last changed has nothing to say about it as it is now.
  let epoch = 0
  const move = (to: BreakerState, openMs = 0): void => {
    state = to
    openUntil = now() + openMs
    epoch += 1
    last.clear()
  }
  const check = (): void => {
    const waitMs = state === 'half-open' ? probingMs : state === 'open' ? openUntil - now() : 0
    if (waitMs > 0) throw new UpstreamError('circuit-open', 'too many of the last calls failed or were slow: nothing is sent for a while', { notAttempted: true, retryAfterMs: waitMs })
  }
  const decide = (verdict: Verdict): void => {
    if (state === 'half-open') {
      // A probe that has shown nothing leaves it to the next call.
      if (verdict === 'none') move('open')
      else if (verdict === 'bad') move('open', settings.openMs)
      else move('closed')
    } else if ((verdict === 'good' || verdict === 'bad') && last.isTooMuch(verdict === 'bad')) {
      move('open', settings.openMs)
    }
  }
  return {
    state: () => state,
    check,
    run: async work => {
      check()
      if (state === 'open') move('half-open')
      const begun = epoch
      let verdict: Verdict = 'none'
      try {
        const went = await work()
        verdict = judge(went, settings.slowMs)
        return went
      } finally {
        if (begun === epoch) decide(verdict)
      }
    }
  }
}

/** The last calls, each failed or not. */
function createWindow ({ share, window, minimum }: BreakerSettings) {
  const calls: boolean[] = []
  let failed = 0
  const least = Math.min(minimum, window)
  return {
    clear: () => { calls.length = 0; failed = 0 },
    /** Takes one more; true when the share is reached. */
    isTooMuch: (hasFailed: boolean): boolean => {
      calls.push(hasFailed)
      if (hasFailed) failed += 1
      if (calls.length > window && calls.shift() === true) failed -= 1
      return hasFailed && calls.length >= least && failed / calls.length >= share
    }
  }
}

/** For an account whose breaker is switched off. */
export const noBreaker: Breaker = { state: () => 'closed', check: () => {}, run: async work => await work() }
