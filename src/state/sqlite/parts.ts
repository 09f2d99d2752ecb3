import type { Clock } from '../../domain/clock.ts'
import type { Sealer } from '../sealer.ts'
import type { Database } from './database.ts'

/** What every store in SQLite needs. */
export interface SqliteParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly now: AgeClock
}

/**
 * The time by which rows expire, in whole epoch milliseconds. It runs on without regard to a system clock that is set, so that no key is
 * forgotten early, and after a restart it is never before `lastSeen`.
 */
export type AgeClock = () => number

export function createAgeClock ({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>, lastSeen = 0): AgeClock {
  const base = Math.max(now(), lastSeen) - elapsed()
  return () => Math.round(base + elapsed())
}

/** The places that records are sealed for: a record that was moved to another row cannot be read. */
export const operationPlace = (account: string, id: string): string => `operation ${account} ${id}`
export const keyPlace = (account: string, key: string): string => `key ${account} ${key}`
