import type { Clock } from '../domain/clock.ts'
import { expiryOf, idOf, type KeySettings } from './api-key.ts'

const dayMs = 86_400_000
const warningMs = 14 * dayMs

export interface KeyExpiry {
  readonly key: string
  readonly expiresAt: number
}

/** The keys that expire. */
export const expiriesOf = (keys: readonly KeySettings[]): KeyExpiry[] =>
  keys.filter(key => key.expires_at !== undefined).map(key => ({ key: idOf(key), expiresAt: expiryOf(key) }))

interface ExpiryLog {
  warn (facts: object, text: string): void
}

export interface ExpiryWatch {
  /** Checks the keys now, then once a day and whenever a key expires or has 14 days left. */
  look(): void
  stop(): void
}

export interface ExpiryWatchParts {
  readonly keys: () => readonly KeySettings[]
  readonly clock: Clock
  readonly log: ExpiryLog | undefined
}

/** Warns of keys that have expired or will within 14 days. */
export function createExpiryWatch ({ keys, clock, log }: ExpiryWatchParts): ExpiryWatch {
  let cancel = (): void => {}
  const look = (): void => {
    cancel()
    const now = clock.now()
    const expiries = expiriesOf(keys())
    for (const { key, expiresAt } of expiries.filter(each => each.expiresAt - now <= warningMs)) {
      const facts = { key, expires_at: new Date(expiresAt).toISOString() }
      if (expiresAt <= now) log?.warn(facts, 'an API key has expired')
      else log?.warn({ ...facts, days_left: Math.floor((expiresAt - now) / dayMs) }, 'an API key is about to expire')
    }
    const moments = expiries.flatMap(({ expiresAt }) => [expiresAt - warningMs, expiresAt]).filter(at => at > now)
    if (expiries.length > 0) cancel = clock.timer(look, Math.min(dayMs, ...moments.map(at => at - now)))
  }
  return { look, stop: () => { cancel() } }
}
