import { quotaWindowMs, type Quota } from '../quota.ts'
import type { AgeClock } from './age-clock.ts'
import { numberOf, type Database } from './database.ts'

/** `kind` separates the quotas of one account. */
export function createSqliteQuota (database: Database, now: AgeClock, kind: string): Quota {
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
