import { isDeepStrictEqual } from 'node:util'
import { isFinal } from '../../domain/operation.ts'
import { keptForMs, type Change, type StoredOperation } from '../operation-store.ts'
import { readStoredOperation } from '../stored-operation.ts'
import { numberOf, textOf, type Durability, type Row } from './database.ts'
import type { SqliteParts } from './parts.ts'
import { operationPlace } from './places.ts'

/** The rows of operations. */
export function createRows (parts: SqliteParts) {
  const { database, sealer, now } = parts
  const records = createReader(parts)
  const some = database.query('SELECT id, version FROM operations WHERE account = ? AND id < ? AND expires_at > ? ORDER BY id DESC LIMIT ?')
  const open = database.query('SELECT id, version FROM operations WHERE account = ? AND is_open = 1 AND expires_at > ?')
  const exists = database.query('SELECT 1 FROM operations WHERE id = ?')
  const sql = `INSERT INTO operations (account, id, version, is_open, expires_at, record) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, id) DO UPDATE SET version = excluded.version, is_open = excluded.is_open, record = excluded.record`
  const writes = { durable: database.statement(sql, 'durable'), brief: database.statement(sql, 'brief') } as const
  const erase = database.statement('DELETE FROM operations WHERE account = ? AND id = ?', 'durable')
  const drop = database.statement('DELETE FROM operations WHERE account = ? AND id = ? AND version = ?', 'durable')

  const readable = (account: string, rows: readonly Row[]): StoredOperation[] =>
    rows.map(row => records.ofVersion(account, textOf(row, 'id'), numberOf(row, 'version'))).filter(stored => stored !== null)
  const write = (stored: StoredOperation, durability: Durability): void => {
    const { account, id, status } = stored.operation
    const record = sealer.seal(JSON.stringify(stored), operationPlace(account, id))
    writes[durability].run(account, id, stored.version, isFinal(status) ? 0 : 1, now() + keptForMs, record)
    records.remember(stored)
  }
  return {
    read: records.read,
    write,
    change: (known: StoredOperation, change: Change): StoredOperation => {
      const current = records.read(known.operation.account, known.operation.id) ?? known
      const changed = change(current)
      if (changed === null) return current
      const next = { ...changed, version: Math.max(changed.version, current.version) + 1 }
      write(next, isRoutine(current, next) ? 'brief' : 'durable')
      return next
    },
    erase: (account: string, id: string): void => {
      records.forget(account, id)
      erase.run(account, id)
    },
    list: (account: string, after: string | null, count: number): StoredOperation[] => readable(account, some.all(account, after ?? lastId, now(), count)),
    pending: (account: string): StoredOperation[] => readable(account, open.all(account, now())),
    has: (id: string): boolean => exists.one(id) !== undefined,
    drop: ({ version, operation: { account, id } }: StoredOperation): void => {
      records.forget(account, id)
      drop.run(account, id, version)
    }
  }
}

/** Greater than every id. */
const lastId = 'op_~'

/** A poll that showed nothing new: if a power cut undoes it, the operation is polled once more. */
const isRoutine = (current: StoredOperation, next: StoredOperation): boolean =>
  isDeepStrictEqual({ ...current, polls: next.polls, nextPollAt: next.nextPollAt, version: next.version }, next)

/**
 * Reads records. Those of operations that have not ended are read at every poll and by every waiter, so they are remembered as they were
 * read or written last; the version of the row says whether that still holds.
 */
function createReader ({ database, sealer, now }: SqliteParts) {
  const one = database.query('SELECT record FROM operations WHERE account = ? AND id = ? AND expires_at > ?')
  const version = database.query('SELECT version FROM operations WHERE account = ? AND id = ? AND expires_at > ?')
  const remembered = new Map<string, StoredOperation>()

  const forget = (account: string, id: string): void => { remembered.delete(`${account} ${id}`) }
  const remember = (stored: StoredOperation): void => {
    const { account, id, status } = stored.operation
    if (isFinal(status)) forget(account, id)
    else remembered.set(`${account} ${id}`, stored)
  }
  /** Null if it cannot be read. */
  const ofVersion = (account: string, id: string, wanted: number): StoredOperation | null => {
    const known = remembered.get(`${account} ${id}`)
    if (known?.version === wanted) return known
    const row = one.one(account, id, now())
    const text = row === undefined ? null : sealer.open(textOf(row, 'record'), operationPlace(account, id))
    const stored = text === null ? null : readStoredOperation(JSON.parse(text))
    if (stored !== null) remember(stored)
    return stored
  }
  return {
    remember,
    forget,
    ofVersion,
    /** Null if there is none; throws if it cannot be read. */
    read: (account: string, id: string): StoredOperation | null => {
      const row = version.one(account, id, now())
      if (row === undefined) {
        forget(account, id)
        return null
      }
      const stored = ofVersion(account, id, numberOf(row, 'version'))
      if (stored === null) throw new Error('a stored operation cannot be read')
      return stored
    }
  }
}
