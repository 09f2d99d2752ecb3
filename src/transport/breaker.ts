import { failures, UpstreamError, type AttemptOutcome } from '../domain/failure.ts'

export interface BreakerSettings {
  /** The share of the last `window` calls, of at least `minimum`, that must fail or be slow to open the circuit. */
  readonly share: number
  readonly window: number
  readonly minimum: number
  /** A call that takes longer counts as failed. */
  readonly slowMs: number
  /** How long an open circuit sends nothing; then one call probes. */
  readonly openMs: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** One call, as the breaker counts it. */
export interface CallOutcome {
  readonly outcome: AttemptOutcome
  readonly durationMs: number
  /** The gateway ended it: the provider had no fair chance. */
  readonly isOurs: boolean
}

export interface Breaker {
  state(): BreakerState
  /** Throws `circuit-open` while nothing is to be sent. */
  check(): void
  /** Lets a call through, or throws as `check`. The returned function takes its outcome; null: it has none. */
  enter(): (outcome: CallOutcome | null) => void
}

/** Retry-After of the calls that are refused while one probes. */
const probingMs = 1000

/** `awake` counts nowhere, and closes a half-open circuit: a suspended platform wakes only while calls reach it. */
type Verdict = 'good' | 'bad' | 'awake' | 'none'

function judge ({ outcome, durationMs, isOurs }: CallOutcome, slowMs: number): Verdict {
  const verdict = outcome === 'ok' || outcome === 'aborted' ? 'good' : failures[outcome].call.circuit
  if (verdict === 'awake') return verdict
  if (durationMs > slowMs) return 'bad'
  return isOurs ? 'none' : verdict
}

/** Sends nothing for a while to a provider that is down. Counts the last calls; half-open lets one call through. */
export function createBreaker (settings: BreakerSettings, now: () => number): Breaker {
  const last = createWindow(settings)
  let state: BreakerState = 'closed'
  let openUntil = 0
  // A call that began before the circuit last changed does not count.
  let epoch = 0
  const move = (to: BreakerState, openMs = 0): void => {
    state = to
    openUntil = now() + openMs
    epoch += 1
    last.clear()
  }
  const check = (): void => {
    const waitMs = state === 'half-open' ? probingMs : state === 'open' ? openUntil - now() : 0
    if (waitMs <= 0) return
    const message = 'too many of the last calls failed or were slow: nothing is sent for a while'
    throw new UpstreamError('circuit-open', message, { notAttempted: true, retryAfterMs: waitMs })
  }
  const decide = (verdict: Verdict): void => {
    if (state === 'half-open') {
      // A probe without a verdict leaves the decision to the next call.
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
    enter: () => {
      check()
      if (state === 'open') move('half-open')
      const begun = epoch
      return outcome => { if (begun === epoch) decide(outcome === null ? 'none' : judge(outcome, settings.slowMs)) }
    }
  }
}

/** The last calls, true where one failed. */
function createWindow ({ share, window, minimum }: BreakerSettings) {
  const calls: boolean[] = []
  let failed = 0
  const least = Math.min(minimum, window)
  return {
    clear: () => { calls.length = 0; failed = 0 },
    /** Adds a call; true when the share is reached. */
    isTooMuch: (hasFailed: boolean): boolean => {
      calls.push(hasFailed)
      if (hasFailed) failed += 1
      if (calls.length > window && calls.shift() === true) failed -= 1
      return hasFailed && calls.length >= least && failed / calls.length >= share
    }
  }
}

/** For an account whose breaker is switched off. */
export const noBreaker: Breaker = { state: () => 'closed', check: () => {}, enter: () => () => {} }
