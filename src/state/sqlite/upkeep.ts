import type { Clock } from '../../domain/clock.ts'
import type { Availability } from '../availability.ts'
import { quotaWindowMs } from '../limits.ts'
import { numberOf, type Database } from './database.ts'
import type { AgeClock, SqliteParts } from './parts.ts'
import type { Facts } from './schema.ts'

/** Rows of each table that one step deletes, and pages that it gives back: a step stays far below a request's time. */
const atOnce = 200
const tables = [
  { table: 'operations', key: 'rowid', age: 'expires_at' },
  { table: 'keys', key: 'rowid', age: 'expires_at' },
  { table: 'claims', key: 'account, name', age: 'expires_at' },
  { table: 'tokens', key: 'name', age: 'expires_at' },
  { table: 'refusals', key: 'name', age: 'expires_at' },
  { table: 'quotas', key: 'rowid', age: `at + ${quotaWindowMs}` },
  { table: 'buckets', key: 'name', age: 'full_at' }
] as const

/** Deletes some rows that are past their time; true if more may be left. */
function createSweep (database: Database, now: AgeClock): () => boolean {
  const deletions = tables.map(({ table, key, age }) => database.statement(
    `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${age} <= ? LIMIT ${atOnce})`, 'brief'))
  return () => database.transaction('brief', () => deletions.map(deletion => deletion.run(now())).includes(atOnce))
}

const mostKept = 20_000
const sweepEvery = 100
const sweepEveryMs = 60_000

/** For a database in memory, to be called with each new row: deletes old rows now and then, and the oldest beyond a number. */
export function createUpkeep ({ database, now }: SqliteParts): () => void {
  const sweep = createSweep(database, now)
  const large = (['operations', 'keys'] as const).map(table => ({
    count: database.query(`SELECT count(*) AS rows FROM ${table}`),
    trim: database.statement(`DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY rowid LIMIT ?)`, 'brief')
  }))
  let calls = 0
  let last = now()
  return () => {
    calls += 1
    if (calls < sweepEvery && now() < last + sweepEveryMs) return
    calls = 0
    last = now()
    while (sweep());
    for (const { count, trim } of large) {
      const excess = numberOf(count.one() ?? {}, 'rows') - mostKept
      if (excess > 0) trim.run(excess)
    }
  }
}

interface FileUpkeepParts {
  readonly database: Database
  readonly facts: Facts
  readonly now: AgeClock
  readonly clock: Pick<Clock, 'timer'>
  readonly availability: Availability
}

/** While the file is lost, it is tried at every tick. */
const tickMs = 1000
const restMs = 60_000

/** For a file: records the time, deletes old rows in small steps, and finds out when a lost file can be written again. */
export function startUpkeep ({ database, facts, now, clock, availability }: FileUpkeepParts): { stop(): void } {
  const sweep = createSweep(database, now)
  let dueAt = 0
  let cancel = (): void => {}
  const work = (): void => {
    facts.set('seen', String(now()), 'durable')
    availability.markAvailable()
    if (sweep()) return
    // Gives free pages at the end of the file back to the disk.
    database.exec(`PRAGMA incremental_vacuum(${atOnce})`)
    dueAt = now() + restMs
  }
  const tick = (): void => {
    try {
      if (!availability.isAvailable() || now() >= dueAt) work()
    } catch {
      // The database has reported it.
    }
    cancel = clock.timer(tick, tickMs)
  }
  cancel = clock.timer(tick, 0)
  return { stop: () => { cancel() } }
}
