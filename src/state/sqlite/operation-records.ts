import { isDeepStrictEqual } from 'node:util'
import { isFinal } from '../../domain/operation.ts'
import { keptForMs, type Change, type EndLease, type StoredOperation } from '../operation-store.ts'
import type { Sealer } from '../sealer.ts'
import type { LocalRecords } from '../shared-operation-store.ts'
import { readStoredOperation } from '../stored-operation.ts'
import type { AgeClock } from './age-clock.ts'
import { textOf, type Database, type Durability, type Row } from './database.ts'
import { operationPlace } from './places.ts'

export interface SqliteParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly now: AgeClock
}

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

function createRows ({ database, sealer, now }: SqliteParts) {
  const one = database.query('SELECT record FROM operations WHERE account = ? AND id = ? AND expires_at > ?')
  const some = database.query('SELECT account, id, record FROM operations WHERE account = ? AND id < ? AND expires_at > ? ORDER BY id DESC LIMIT ?')
  const open = database.query('SELECT account, id, record FROM operations WHERE account = ? AND is_open = 1 AND expires_at > ?')
  const exists = database.query('SELECT 1 FROM operations WHERE id = ?')
  const sql = `INSERT INTO operations (account, id, version, is_open, expires_at, record) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, id) DO UPDATE SET version = excluded.version, is_open = excluded.is_open, record = excluded.record`
  const writes = { durable: database.statement(sql, 'durable'), brief: database.statement(sql, 'brief') } as const
  const erase = database.statement('DELETE FROM operations WHERE account = ? AND id = ?', 'durable')
  const drop = database.statement('DELETE FROM operations WHERE account = ? AND id = ? AND version = ?', 'durable')

  const unseal = (account: string, id: string, row: Row): StoredOperation | null => {
    const text = sealer.open(textOf(row, 'record'), operationPlace(account, id))
    return text === null ? null : readStoredOperation(JSON.parse(text))
  }
  const unsealAll = (found: readonly Row[]): StoredOperation[] =>
    found.map(row => unseal(textOf(row, 'account'), textOf(row, 'id'), row)).filter(stored => stored !== null)
  const read = (account: string, id: string): StoredOperation | null => {
    const row = one.one(account, id, now())
    if (row === undefined) return null
    const stored = unseal(account, id, row)
    if (stored === null) throw new Error('a stored operation cannot be read')
    return stored
  }
  const write = (stored: StoredOperation, durability: Durability): void => {
    const { account, id, status } = stored.operation
    const record = sealer.seal(JSON.stringify(stored), operationPlace(account, id))
    writes[durability].run(account, id, stored.version, isFinal(status) ? 0 : 1, now() + keptForMs, record)
  }
  return {
    read,
    write,
    change: (known: StoredOperation, change: Change): StoredOperation => {
      const current = read(known.operation.account, known.operation.id) ?? known
      const changed = change(current)
      if (changed === null) return current
      const next = { ...changed, version: Math.max(changed.version, current.version) + 1 }
      write(next, isRoutine(current, next) ? 'brief' : 'durable')
      return next
    },
    erase: (account: string, id: string): void => { erase.run(account, id) },
    list: (account: string, after: string | null, count: number): StoredOperation[] => unsealAll(some.all(account, after ?? lastId, now(), count)),
    pending: (account: string): StoredOperation[] => unsealAll(open.all(account, now())),
    has: (id: string): boolean => exists.one(id) !== undefined,
    drop: ({ version, operation: { account, id } }: StoredOperation): void => { drop.run(account, id, version) }
  }
}

/** Greater than every id. */
const lastId = 'op_~'

/** A poll that showed nothing new: if a power cut undoes it, the operation is polled once more. */
const isRoutine = (current: StoredOperation, next: StoredOperation): boolean =>
  isDeepStrictEqual({ ...current, polls: next.polls, nextPollAt: next.nextPollAt, version: next.version }, next)

/** Leases end with the process, so they are not stored. */
function createLeases (now: AgeClock) {
  const heldUntil = new Map<string, number>()
  return async (account: string, holdMs: number): Promise<EndLease | null> => {
    if ((heldUntil.get(account) ?? 0) > now()) return null
    heldUntil.set(account, now() + holdMs)
    return async restMs => { heldUntil.set(account, now() + restMs) }
  }
}
