import { accessSync, closeSync, constants, linkSync, lstatSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { keptForMs } from '../operation-store.ts'
import { createSealer, type Sealer } from '../sealer.ts'
import { numberOf, textOf, withDatabase, type Database } from './database.ts'
import { asStateFileError, StateFileError } from './failure.ts'
import { holderOf, ownerOnly, syncFolderOf, syncPath } from './file.ts'
import { keyPlace, operationPlace } from './parts.ts'
import { createFacts, findDamage, readVersion } from './schema.ts'
import { acknowledgeKeys, countUnreadable, type PlaceOf } from './unreadable.ts'

/**
 * Copies a state file, also one that a gateway has open: the copy is the state of one moment, and its owner alone can read it. Nothing is
 * overwritten. The gateway that opens the copy is the first to learn that it is one.
 */
export function backUp (file: string, target: string, at: Date): void {
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
    throw new StateFileError(`${target} exists already, and nothing was written`)
  }
  const part = `${target}.${process.pid}.part`
  closeSync(openSync(part, 'wx', ownerOnly))
  try {
    withStateFile(file, true, source => { source.query('VACUUM INTO ?').all(part) })
    markCopy(part, at)
    // A link refuses a name that has been taken meanwhile.
    linkSync(part, target)
    syncFolderOf(target)
  } finally {
    rmSync(part, { force: true })
  }
}

function markCopy (part: string, at: Date): void {
  withDatabase({ file: part }, copy => {
    const damage = findDamage(copy, 'integrity_check')
    if (damage !== null) throw new StateFileError(`the copy is damaged (${damage})`)
    createFacts(copy).set('copied', at.toISOString(), 'durable')
  })
  syncPath(part)
}

/** Works with an existing state file, also with one that a gateway has open. */
function withStateFile<T> (file: string, isReadOnly: boolean, work: (database: Database) => T): T {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) throw new StateFileError(`there is no file ${file}`)
  return withDatabase({ file, isReadOnly }, database => {
    readVersion(database)
    return work(database)
  })
}

/** Accepts creates with a key again; false if no keys of this account are marked as lost. */
export const acknowledgeLoss = (file: string, secrets: readonly string[], account: string): boolean =>
  withStateFile(file, false, database => acknowledgeKeys(database, secrets, account))

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
  readonly counts: ReadonlyArray<Readonly<{ name: string, rows: number, unreadable: number, oldestMs: number | null }>>
  readonly openOperations: number
  /** Accounts whose creates with a key are refused. */
  readonly lostKeys: readonly string[]
}

/** Reads a state file, also one that a gateway has open, and changes nothing. Throws a StateFileError if it is none. */
export function reportOn (file: string, secrets: readonly string[], now: number): StateReport {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size
  if (bytes === 0) throw new StateFileError('it is empty: something has truncated it')
  try {
    return withStateFile(file, true, database => {
      const version = readVersion(database)
      const damage = findDamage(database, 'integrity_check')
      const size = { damage, version, bytes: bytes ?? 0 }
      if (damage !== null) return { ...size, freeBytes: 0, holder: null, copied: null, counts: [], openOperations: 0, lostKeys: [] }
      return { ...size, holder: holderOf(file), ...contentsOf(database, createSealer(secrets), now) }
    })
  } catch (error) {
    throw asStateFileError(error)
  }
}

function contentsOf (database: Database, sealer: Sealer, now: number): Omit<StateReport, 'damage' | 'version' | 'bytes' | 'holder'> {
  const numberIn = (sql: string, name: string): number => numberOf(database.query(sql).one() ?? {}, name)
  const count = (name: string, placeOf: PlaceOf, sql: string) => {
    const rows = database.query(sql).all()
    const ages = rows.map(row => now - (numberOf(row, 'expires_at') - keptForMs))
    const oldestMs = ages.length === 0 ? null : Math.max(0, ...ages)
    return { name, rows: rows.length, unreadable: countUnreadable(rows, placeOf, sealer), oldestMs }
  }
  return {
    freeBytes: numberIn('PRAGMA freelist_count', 'freelist_count') * numberIn('PRAGMA page_size', 'page_size'),
    copied: createFacts(database).get('copied'),
    counts: [
      count('operations', operationPlace, 'SELECT account, id, record, expires_at FROM operations'),
      count('idempotency keys', keyPlace, 'SELECT account, name AS id, record, expires_at FROM keys'),
      // A token has no fixed time of storage, so its age is not known.
      { ...count('tokens', (_account, name) => name, 'SELECT \'\' AS account, name AS id, record, expires_at FROM tokens'), oldestMs: null }
    ],
    openOperations: numberIn('SELECT count(*) AS rows FROM operations WHERE is_open = 1', 'rows'),
    lostKeys: database.query('SELECT account FROM lost_keys ORDER BY account').all().map(row => textOf(row, 'account'))
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
