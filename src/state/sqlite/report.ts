import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { keptForMs } from '../operation-store.ts'
import { createSealer, type Sealer } from '../sealer.ts'
import { numberOf, openDatabase, textOf, type Database, type Row } from './database.ts'
import { createFacts } from './facts.ts'
import { reasonOf, StateFileError } from './failure.ts'
import { holderOf } from './lock.ts'
import { keyPlace, operationPlace } from './places.ts'
import { findDamage, readVersion } from './schema.ts'
import { acknowledgeKeys } from './unreadable.ts'

export interface StateReport {
  /** Null if the file is sound. */
  readonly damage: string | null
  readonly version: number
  readonly bytes: number
  readonly freeBytes: number
  /** The process that has opened the file last. */
  readonly holder: string | null
  /** When this copy was made, if it is one that no gateway has opened yet. */
  readonly copied: string | null
  readonly counts: ReadonlyArray<{ readonly name: string, readonly rows: number, readonly unreadable: number, readonly oldestMs: number | null }>
  readonly openOperations: number
  /** Accounts whose creates with a key are refused. */
  readonly lostKeys: readonly string[]
}

/** Reads a state file, also one that a gateway has open, and changes nothing. Throws a StateFileError if it is none. */
export function reportOn (file: string, secrets: readonly string[], now: number): StateReport {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) throw new StateFileError(`there is no file ${file}`)
  if (stats.size === 0) throw new StateFileError('it is empty: something has truncated it')
  const database = openDatabase({ file, isReadOnly: true })
  try {
    return read(database, { file, bytes: stats.size, sealer: createSealer(secrets), now })
  } catch (error) {
    const reason = reasonOf(error)
    throw reason === null || error instanceof StateFileError ? error : new StateFileError(reason)
  } finally {
    database.close()
  }
}

interface Reading {
  readonly file: string
  readonly bytes: number
  readonly sealer: Sealer
  readonly now: number
}

function read (database: Database, { file, bytes, sealer, now }: Reading): StateReport {
  const version = readVersion(database)
  const damage = findDamage(database, 'integrity_check')
  if (damage !== null) return { damage, version, bytes, freeBytes: 0, holder: null, copied: null, counts: [], openOperations: 0, lostKeys: [] }
  const numberIn = (sql: string, name: string): number => numberOf(database.query(sql).one() ?? {}, name)
  const count = (name: string, place: Place, sql: string) => {
    const rows = database.query(sql).all()
    const unreadable = countUnreadable(rows, place, sealer)
    const ages = rows.map(row => now - (numberOf(row, 'expires_at') - keptForMs))
    return { name, rows: rows.length, unreadable, oldestMs: ages.length === 0 ? null : Math.max(0, ...ages) }
  }
  return {
    damage: null,
    version,
    bytes,
    freeBytes: numberIn('PRAGMA freelist_count', 'freelist_count') * numberIn('PRAGMA page_size', 'page_size'),
    holder: holderOf(file),
    copied: createFacts(database).get('copied'),
    counts: [
      count('operations', operationPlace, 'SELECT account, id, record, expires_at FROM operations'),
      count('idempotency keys', keyPlace, 'SELECT account, name AS id, record, expires_at FROM keys'),
      { ...count('tokens', (_account, name) => name, 'SELECT \'\' AS account, name AS id, record, expires_at FROM tokens'), oldestMs: null }
    ],
    openOperations: numberIn('SELECT count(*) AS rows FROM operations WHERE is_open = 1', 'rows'),
    lostKeys: database.query('SELECT account FROM lost_keys ORDER BY account').all().map(row => textOf(row, 'account'))
  }
}

type Place = (account: string, id: string) => string

const countUnreadable = (rows: readonly Row[], place: Place, sealer: Sealer): number =>
  rows.filter(row => sealer.open(textOf(row, 'record'), place(textOf(row, 'account'), textOf(row, 'id'))) === null).length

/** Operations that have not ended and that no secret opens: they are not followed. */
export const countLostOperations = (database: Database, secrets: readonly string[]): number =>
  countUnreadable(database.query('SELECT account, id, record FROM operations WHERE is_open = 1').all(), operationPlace, createSealer(secrets))

/** Accepts creates with a key again; false if no keys of this account are marked as lost. */
export function acknowledgeLoss (file: string, secrets: readonly string[], account: string): boolean {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) throw new StateFileError(`there is no file ${file}`)
  const database = openDatabase({ file })
  try {
    readVersion(database)
    return acknowledgeKeys(database, secrets, account)
  } finally {
    database.close()
  }
}

/** Throws if a gateway could not use this file. Changes nothing, and does not create it. */
export function probeStateFile (file: string, secrets: readonly string[], now: number): void {
  const isNew = statSync(file, { throwIfNoEntry: false }) === undefined
  accessSync(dirname(file), constants.R_OK | constants.W_OK | constants.X_OK)
  if (isNew) return
  accessSync(file, constants.R_OK | constants.W_OK)
  const { damage } = reportOn(file, secrets, now)
  if (damage !== null) throw new StateFileError(`it is damaged (${damage})`)
}
