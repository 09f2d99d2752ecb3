import { quotaWindowMs } from '../quota.ts'
import type { AgeClock } from './age-clock.ts'
import { numberOf, type Database } from './database.ts'

/** Rows of each table that one step deletes, and pages that it gives back: a step stays far below a request's time. */
const atOnce = 200
const kinds = [
  { table: 'operations', age: 'expires_at', keepsMs: 0 },
  { table: 'keys', age: 'expires_at', keepsMs: 0 },
  { table: 'claims', age: 'expires_at', keepsMs: 0 },
  { table: 'tokens', age: 'expires_at', keepsMs: 0 },
  { table: 'refusals', age: 'expires_at', keepsMs: 0 },
  { table: 'quotas', age: 'at', keepsMs: quotaWindowMs },
  { table: 'buckets', age: 'full_at', keepsMs: 0 }
] as const
const keyOf = { operations: 'rowid', keys: 'rowid', claims: '(account, name)', tokens: 'name', refusals: 'name', quotas: 'rowid', buckets: 'name' } as const

/** Deletes some rows that are past their time; resolves with true if more may be left. */
export function createSweep (database: Database, now: AgeClock): () => boolean {
  const deletions = kinds.map(({ table, age, keepsMs }) => {
    const key = keyOf[table]
    const columns = key.replace(/[()]/g, '')
    return {
      keepsMs,
      statement: database.statement(`DELETE FROM ${table} WHERE ${key} IN (SELECT ${columns} FROM ${table} WHERE ${age} <= ? LIMIT ${atOnce})`, 'brief')
    }
  })
  return () => database.transaction('brief', () => {
    const deleted = deletions.map(({ statement, keepsMs }) => statement.run(now() - keepsMs))
    return deleted.some(count => count === atOnce)
  })
}

/** Gives free pages at the end of the file back to the disk. */
export const shrink = (database: Database): void => { database.exec(`PRAGMA incremental_vacuum(${atOnce})`) }

/** Deletes the oldest rows beyond `most` in each of the large tables; for a database in memory, which nothing else bounds. */
export function createBound (database: Database, most: number): () => void {
  const tables = (['operations', 'keys'] as const).map(table => ({
    count: database.query(`SELECT count(*) AS rows FROM ${table}`),
    trim: database.statement(`DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY rowid LIMIT ?)`, 'brief')
  }))
  return () => {
    for (const { count, trim } of tables) {
      const excess = numberOf(count.one() ?? {}, 'rows') - most
      if (excess > 0) trim.run(excess)
    }
  }
}
