import { quotaWindowMs, type Quota, type TokenBuckets } from '../limits.ts'
import { numberOf } from './database.ts'
import type { SqliteParts } from './parts.ts'

/** `kind` separates the quotas of one account. */
export function createSqliteQuota ({ database, now }: SqliteParts, kind: 'deletes' | 'creates'): Quota {
  const counted = database.query('SELECT count(*) AS taken, min(at) AS oldest FROM quotas WHERE name = ? AND at > ?')
  const insert = database.statement('INSERT INTO quotas (name, at) VALUES (?, ?)', 'durable')
  return {
    take: async (account, most) => {
      const at = now()
      const name = `${kind} ${account}`
      const row = counted.one(name, at - quotaWindowMs) ?? {}
      if (numberOf(row, 'taken') < most) {
        insert.run(name, at)
        return 0
      }
      return row.oldest === null ? quotaWindowMs : numberOf(row, 'oldest') + quotaWindowMs - at
    }
  }
}

/** A bucket is stored as the time at which it would be full again. */
export function createSqliteTokenBuckets ({ database, now }: SqliteParts): TokenBuckets {
  const known = database.query('SELECT full_at FROM buckets WHERE name = ?')
  const keep = database.statement('INSERT OR REPLACE INTO buckets (name, full_at) VALUES (?, ?)', 'brief')
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
