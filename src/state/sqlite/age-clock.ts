import type { Clock } from '../../domain/clock.ts'

/**
 * The time by which rows expire, in whole epoch milliseconds. It runs on without regard to a system clock that is set, so that no key is
 * forgotten early, and after a restart it never lies before `lastSeen`.
 */
export type AgeClock = () => number

export function createAgeClock ({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>, lastSeen = 0): AgeClock {
  const base = Math.max(now(), lastSeen) - elapsed()
  return () => Math.round(base + elapsed())
}
