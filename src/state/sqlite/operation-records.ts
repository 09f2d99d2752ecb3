import { isDeepStrictEqual } from 'node:util'
import { isFinal } from '../../domain/operation.ts'
import { keptForMs, readStoredOperation, type EndLease, type StoredOperation } from '../operation-store.ts'
import type { LocalRecords } from '../shared-operation-store.ts'
import { numberOf, textOf, type Durability, type Row } from './database.ts'
import { operationPlace, type AgeClock, type SqliteParts } from './parts.ts'

/** Operations of one process, which alone owns the database. */
export function createSqliteOperationRecords (parts: SqliteParts): LocalRecords {
  const { database, now } = parts
  const { find, findVersion, forget, write } = createRecords(parts)
  const some = database.query('SELECT id, version FROM operations WHERE account = ? AND id < ? AND expires_at > ? ORDER BY id DESC LIMIT ?')
  const open = database.query('SELECT id, version FROM operations WHERE account = ? AND is_open = 1 AND expires_at > ?')
  const exists = database.query('SELECT 1 FROM operations WHERE id = ?')
  const remove = database.statement('DELETE FROM operations WHERE account = ? AND id = ?', 'durable')
  const drop = database.statement('DELETE FROM operations WHERE account = ? AND id = ? AND version = ?', 'durable')
  const living = new Set<string>()
  const readable = (account: string, rows: readonly Row[]): StoredOperation[] =>
    rows.map(row => findVersion(account, textOf(row, 'id'), numberOf(row, 'version'))).filter(stored => stored !== null)

  return {
    put: async stored => {
      write(stored, 'durable')
      return true
    },
    getForCertain: async (account, id) => find(account, id),
    updateForCertain: async (known, change) => {
      const current = find(known.operation.account, known.operation.id) ?? known
      const changed = change(current)
      if (changed === null) return current
      const next = { ...changed, version: Math.max(changed.version, current.version) + 1 }
      write(next, isRoutine(current, next) ? 'brief' : 'durable')
      return next
    },
    remove: async (account, id) => {
      forget(account, id)
      remove.run(account, id)
    },
    list: async (account, after, count) => readable(account, some.all(account, after ?? lastId, now(), count)),
    pending: async account => readable(account, open.all(account, now())),
    ...createClaims(parts),
    lease: createLeases(now),
    // Only this process can be alive: another would own the database.
    beat: async replica => { living.add(replica) },
    isAlive: async replica => living.has(replica),
    has: id => exists.one(id) !== undefined,
    drop: ({ version, operation: { account, id } }) => {
      forget(account, id)
      drop.run(account, id, version)
    }
  }
}

/** Greater than every id. */
const lastId = 'op_~'

function createClaims ({ database, now }: SqliteParts): Pick<LocalRecords, 'claim' | 'release'> {
  const claimed = database.query('SELECT holder FROM claims WHERE account = ? AND name = ? AND expires_at > ?')
  const claim = database.statement('INSERT OR REPLACE INTO claims (account, name, holder, expires_at) VALUES (?, ?, ?, ?)', 'durable')
  const release = database.statement('DELETE FROM claims WHERE account = ? AND name = ? AND holder = ?', 'durable')
  return {
    claim: async (account, name, holder) => {
      const found = claimed.one(account, name, now())
      if (found !== undefined) return textOf(found, 'holder') === holder
      claim.run(account, name, holder, now() + keptForMs)
      return true
    },
    release: async (account, name, holder) => { release.run(account, name, holder) }
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

/**
 * Reads and writes records. Those of operations that have not ended are read at every poll and by every waiter, so they are remembered as
 * they were read or written last; the version of the row says whether that still holds.
 */
function createRecords ({ database, sealer, now }: SqliteParts) {
  const recordOf = database.query('SELECT record FROM operations WHERE account = ? AND id = ? AND expires_at > ?')
  const versionOf = database.query('SELECT version FROM operations WHERE account = ? AND id = ? AND expires_at > ?')
  const sql = `INSERT INTO operations (account, id, version, is_open, expires_at, record) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, id) DO UPDATE SET version = excluded.version, is_open = excluded.is_open, record = excluded.record`
  const writes = { durable: database.statement(sql, 'durable'), brief: database.statement(sql, 'brief') } as const
  const remembered = new Map<string, StoredOperation>()

  const forget = (account: string, id: string): void => { remembered.delete(`${account} ${id}`) }
  const remember = (stored: StoredOperation): void => {
    const { account, id, status } = stored.operation
    if (isFinal(status)) forget(account, id)
    else remembered.set(`${account} ${id}`, stored)
  }
  const write = (stored: StoredOperation, durability: Durability): void => {
    const { account, id, status } = stored.operation
    const record = sealer.seal(JSON.stringify(stored), operationPlace(account, id))
    writes[durability].run(account, id, stored.version, isFinal(status) ? 0 : 1, now() + keptForMs, record)
    remember(stored)
  }
  /** Null if it cannot be read. */
  const findVersion = (account: string, id: string, version: number): StoredOperation | null => {
    const known = remembered.get(`${account} ${id}`)
    if (known?.version === version) return known
    const row = recordOf.one(account, id, now())
    const text = row === undefined ? null : sealer.open(textOf(row, 'record'), operationPlace(account, id))
    const stored = text === null ? null : readStoredOperation(text)
    if (stored !== null) remember(stored)
    return stored
  }
  /** Null if there is none; throws if it cannot be read. */
  const find = (account: string, id: string): StoredOperation | null => {
    const row = versionOf.one(account, id, now())
    if (row === undefined) {
      forget(account, id)
      return null
    }
    const stored = findVersion(account, id, numberOf(row, 'version'))
    if (stored === null) throw new Error('a stored operation cannot be read')
    return stored
  }
  return { find, findVersion, forget, write }
}

/** A poll that showed nothing new: if a power cut undoes it, the operation is polled once more. */
const isRoutine = (current: StoredOperation, next: StoredOperation): boolean =>
  current.phase === next.phase && current.operation.status === next.operation.status &&
  isDeepStrictEqual({ ...current, polls: next.polls, nextPollAt: next.nextPollAt, version: next.version }, next)
