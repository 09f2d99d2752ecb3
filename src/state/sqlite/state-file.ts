import type { Clock } from '../../domain/clock.ts'
import type { StateStatus } from '../../domain/state-status.ts'
import { createAvailability, type StateLogger } from '../availability.ts'
import { openDatabase, textOf, type Database } from './database.ts'
import { asStateFileError, isFull, reasonOf, StateFileError } from './failure.ts'
import { claimFile, lockStateFile, prepareFile, realPathOf, watchIdentity } from './file.ts'
import { createAgeClock, type AgeClock } from './parts.ts'
import { createFacts, findDamage, readVersion, schemaVersion, upgradeSchema, type Facts } from './schema.ts'
import { markLost } from './unreadable.ts'
import { startUpkeep } from './upkeep.ts'

export interface StateFile {
  readonly database: Database
  readonly now: AgeClock
  /** Available: the last write was accepted. */
  readonly status: StateStatus
  close(): void
}

export interface StateFileParts {
  readonly file: string
  /** Account ids of the configuration. */
  readonly accounts: readonly string[]
  readonly clock: Clock
  readonly logger: StateLogger
}

/** Opens the state file for this process alone, and creates it if there is none. Throws a StateFileError if it cannot be used. */
export function openStateFile (parts: StateFileParts): StateFile {
  const file = realPathOf(parts.file)
  const lock = lockStateFile(file)
  try {
    const opened = openLocked({ ...parts, file }, [parts.file, lock.file])
    return {
      ...opened,
      close: () => {
        opened.close()
        lock.release()
      }
    }
  } catch (error) {
    lock.release()
    throw asStateFileError(error)
  }
}

/** `fixed`: paths that must lead to the same files as long as the state file is open. */
function openLocked (parts: StateFileParts, fixed: readonly string[]): StateFile {
  const { file, clock, logger } = parts
  if (prepareFile(file)) logger.info({ file }, 'the state file was created')
  const availability = createAvailability('file', logger)
  const onFault = (error: unknown): void => {
    const reason = reasonOf(error)
    if (reason === null) return
    availability.markUnavailable()
    availability.logReason(reason)
  }
  const database = openDatabase({ file, guard: watchIdentity(fixed), onFault })
  try {
    prepareDatabase(database, logger)
    const facts = createFacts(database)
    const now = createAgeClock(clock, Number(facts.get('seen') ?? 0))
    begin(database, facts, parts)
    const upkeep = startUpkeep({ database, facts, now, clock, availability })
    return {
      database,
      now,
      status: availability,
      close: () => {
        upkeep.stop()
        database.close()
      }
    }
  } catch (error) {
    database.close()
    throw error
  }
}

const walBytes = 4 * 1024 * 1024

/** Settings of the connection, damage, and the schema. A file that is refused is left as it is. */
function prepareDatabase (database: Database, logger: StateLogger): void {
  readVersion(database)
  const damage = findDamage(database, 'quick_check')
  if (damage !== null) throw new StateFileError(`it is damaged (${damage}): keep a copy of it, and put a backup back`)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${walBytes}; PRAGMA trusted_schema = OFF`)
  const version = upgradeSchema(database)
  if (version < schemaVersion) logger.info({ from: version, to: schemaVersion }, 'the state file was upgraded')
}

/** Records who has the file. A copy lacks the keys that were used after it was made, so creates with a key are refused. */
function begin (database: Database, facts: Facts, { accounts, clock, logger }: StateFileParts): void {
  const copied = facts.get('copied')
  try {
    database.transaction('durable', () => {
      claimFile(facts, clock.now())
      if (copied === null) return
      const known = database.query('SELECT account FROM operations UNION SELECT account FROM keys').all().map(row => textOf(row, 'account'))
      markLost(database, [...accounts, ...known])
      facts.remove('copied')
    })
  } catch (error) {
    // A full disk may have room later; whatever else refuses the first write refuses all.
    if (!isFull(error) || copied !== null) throw error
  }
  if (copied !== null) logger.warn({ copied }, 'the state file was restored from a backup; keys used since then are missing')
}
