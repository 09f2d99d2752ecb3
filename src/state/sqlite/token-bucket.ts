import type { TokenBuckets } from '../token-bucket.ts'
import type { AgeClock } from './age-clock.ts'
import { numberOf, type Database } from './database.ts'

/** A bucket is stored as the time at which it would be full again. */
export function createSqliteTokenBuckets (database: Database, now: AgeClock): TokenBuckets {
  const known = database.query('SELECT full_at FROM buckets WHERE name = ?')
  const keep = database.statement('INSERT INTO buckets (name, full_at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET full_at = excluded.full_at', 'brief')
  return {
    take: async (name, { capacity, perSecond }, patienceMs) => {
      const at = now()
      const tokenMs = 1000 / perSecond
      const row = known.one(name)
      const next = Math.max(row === undefined ? 0 : numberOf(row, 'full_at'), at) + tokenMs
      const waitMs = Math.max(0, next - capacity * tokenMs - at)
      if (waitMs > patienceMs) return null
      keep.run(name, next)
      return waitMs
    }
  }
}
