import { createSealer, type Sealer } from '../sealer.ts'
import { numberOf, textOf, type Database, type Row } from './database.ts'
import { keyPlace, operationPlace } from './parts.ts'

export type PlaceOf = (account: string, id: string) => string

export const countUnreadable = (rows: readonly Row[], placeOf: PlaceOf, sealer: Sealer): number =>
  rows.filter(row => sealer.open(textOf(row, 'record'), placeOf(textOf(row, 'account'), textOf(row, 'id'))) === null).length

/** Operations that have not ended and that no secret opens: they are not followed. */
export function countLostOperations (database: Database, secrets: readonly string[]): number {
  const open = database.query('SELECT account, id, record FROM operations WHERE is_open = 1').all()
  return countUnreadable(open, operationPlace, createSealer(secrets))
}

interface UnreadableKey {
  readonly account: string
  readonly row: number
}

/** Rows that are read at once: an answer may be long. */
const atOnce = 500

/** Stored keys that no secret opens: their names are derived from that secret too, so they would count as unused. */
function * unreadableKeys (database: Database, secrets: readonly string[], now: number): Generator<UnreadableKey> {
  const sealer = createSealer(secrets)
  const some = database.query(
    `SELECT rowid AS row, account, name, record FROM keys WHERE rowid > ? AND expires_at > ? ORDER BY rowid LIMIT ${atOnce}`)
  let after = 0
  for (;;) {
    const rows = some.all(after, now)
    for (const found of rows) {
      const [account, name, row] = [textOf(found, 'account'), textOf(found, 'name'), numberOf(found, 'row')]
      if (sealer.open(textOf(found, 'record'), keyPlace(account, name)) === null) yield { account, row }
      after = row
    }
    if (rows.length < atOnce) return
  }
}

/** Creates with a key are refused for these accounts from now on. */
export function markLost (database: Database, accounts: readonly string[]): void {
  const insert = database.statement('INSERT OR IGNORE INTO lost_keys (account) VALUES (?)', 'durable')
  for (const account of accounts) insert.run(account)
}

/** Marks the keys of accounts as lost where some cannot be read; returns these accounts. */
export function loseUnreadableKeys (database: Database, secrets: readonly string[], now: number): readonly string[] {
  const accounts = [...new Set([...unreadableKeys(database, secrets, now)].map(({ account }) => account))]
  if (accounts.length === 0) return []
  database.transaction('durable', () => { markLost(database, accounts) })
  return accounts
}

/** Accepts creates with a key again; false if no keys of this account are marked as lost. The unreadable ones are forgotten. */
export function acknowledgeKeys (database: Database, secrets: readonly string[], account: string): boolean {
  const forget = database.statement('DELETE FROM keys WHERE rowid = ?', 'durable')
  const found = database.statement('DELETE FROM lost_keys WHERE account = ?', 'durable')
  const unreadable = [...unreadableKeys(database, secrets, 0)].filter(key => key.account === account)
  return database.transaction('durable', () => {
    if (found.run(account) === 0) return false
    for (const { row } of unreadable) forget.run(row)
    return true
  })
}
