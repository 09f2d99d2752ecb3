import { keptForMs, type EndLease } from '../operation-store.ts'
import type { LocalRecords } from '../shared-operation-store.ts'
import type { AgeClock } from './age-clock.ts'
import { textOf } from './database.ts'
import { createRows } from './operation-rows.ts'
import type { SqliteParts } from './parts.ts'

/** Operations of one process, which alone owns the database. */
export function createSqliteOperationRecords (parts: SqliteParts): LocalRecords {
  const { database, now } = parts
  const rows = createRows(parts)
  const claimed = database.query('SELECT holder FROM claims WHERE account = ? AND name = ? AND expires_at > ?')
  const claim = database.statement('INSERT OR REPLACE INTO claims (account, name, holder, expires_at) VALUES (?, ?, ?, ?)', 'durable')
  const release = database.statement('DELETE FROM claims WHERE account = ? AND name = ? AND holder = ?', 'durable')
  const living = new Set<string>()

  return {
    put: async stored => { rows.write(stored, 'durable') },
    read: async (account, id) => rows.read(account, id),
    change: async (known, change) => rows.change(known, change),
    erase: async (account, id) => { rows.erase(account, id) },
    list: async (account, after, count) => rows.list(account, after, count),
    pending: async account => rows.pending(account),
    claim: async (account, name, holder) => {
      const found = claimed.one(account, name, now())
      if (found !== undefined) return textOf(found, 'holder') === holder
      claim.run(account, name, holder, now() + keptForMs)
      return true
    },
    release: async (account, name, holder) => { release.run(account, name, holder) },
    lease: createLeases(now),
    // Only this process can be alive: another would own the database.
    beat: async replica => { living.add(replica) },
    isAlive: async replica => living.has(replica),
    has: rows.has,
    drop: rows.drop
  }
}

/** Leases end with the process, so they are not stored. */
function createLeases (now: AgeClock) {
  const heldUntil = new Map<string, number>()
  return async (account: string, holdMs: number): Promise<EndLease | null> => {
    if ((heldUntil.get(account) ?? 0) > now()) return null
    heldUntil.set(account, now() + holdMs)
    return async restMs => { heldUntil.set(account, now() + restMs) }
  }
}
