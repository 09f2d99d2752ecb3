import { digestOf, readIdempotencyRecord, type IdempotencyRecord, type IdempotencyStore } from '../idempotency-store.ts'
import { keptForMs } from '../operation-store.ts'
import { textOf } from './database.ts'
import { keyPlace, type SqliteParts } from './parts.ts'

/** The keys of one process, which alone owns the database. */
export function createSqliteIdempotencyStore ({ database, sealer, now }: SqliteParts): IdempotencyStore {
  const found = database.query('SELECT record FROM keys WHERE account = ? AND name = ? AND expires_at > ?')
  const lost = database.query('SELECT 1 FROM lost_keys WHERE account = ?')
  const insert = database.statement(
    'INSERT OR REPLACE INTO keys (account, name, digest, expires_at, record) VALUES (?, ?, ?, ?, ?)', 'durable')
  const replace = database.statement(
    'UPDATE keys SET digest = ?, record = ? WHERE account = ? AND name = ? AND digest = ? AND expires_at > ?', 'durable')
  const forget = database.statement('DELETE FROM keys WHERE account = ? AND name = ? AND digest = ?', 'durable')

  const seal = (account: string, key: string, record: IdempotencyRecord): string =>
    sealer.seal(JSON.stringify(record), keyPlace(account, key))
  /** Undefined if there is no record, null if it cannot be read. */
  const find = (account: string, key: string): IdempotencyRecord | null | undefined => {
    const row = found.one(account, key, now())
    if (row === undefined) return undefined
    const text = sealer.open(textOf(row, 'record'), keyPlace(account, key))
    return text === null ? null : readIdempotencyRecord(text)
  }
  const isFlushed = (account: string): boolean => lost.one(account) !== undefined

  return {
    keeper: 'the state file',
    acknowledgement: account => `hawser state acknowledge ${account}`,
    isFlushed: async account => isFlushed(account),
    reserve: async (account, { key, record, isCreate }) => {
      if (isCreate && isFlushed(account)) return { kind: 'flushed' }
      const known = find(account, key)
      if (known === null) return { kind: 'unreadable' }
      if (known !== undefined) return { kind: 'known', record: known }
      insert.run(account, key, digestOf(record), now() + keptForMs, seal(account, key, record))
      return { kind: 'new' }
    },
    replace: async (account, key, known, next) =>
      replace.run(digestOf(next), seal(account, key, next), account, key, digestOf(known), now()) === 1,
    find: async (account, key) => {
      const known = find(account, key)
      if (known === null) throw new Error('a stored Idempotency-Key record cannot be read')
      return known ?? null
    },
    forget: async (account, key, known) => { forget.run(account, key, digestOf(known)) }
  }
}
