import { numberOf, textOf, type Database, type Durability } from './database.ts'
import { StateFileError } from './failure.ts'

/** `HWSR`: marks a file as ours. */
export const applicationId = 0x48575352

/** Each migration is one version of the schema; what was released is never changed. */
const migrations: readonly string[] = [`
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE operations (
    account TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, is_open INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX operations_id ON operations (account, id);
  CREATE INDEX operations_open ON operations (account) WHERE is_open = 1;
  CREATE INDEX operations_expiry ON operations (expires_at);
  CREATE TABLE claims (
    account TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (account, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claims_expiry ON claims (expires_at);
  CREATE TABLE keys (
    account TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, expires_at INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX keys_name ON keys (account, name);
  CREATE INDEX keys_expiry ON keys (expires_at);
  CREATE TABLE lost_keys (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE tokens (
    name TEXT PRIMARY KEY, digest TEXT NOT NULL, expires_at INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE refusals (name TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE quotas (name TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX quotas_at ON quotas (name, at);
  CREATE TABLE buckets (name TEXT PRIMARY KEY, full_at REAL NOT NULL) STRICT, WITHOUT ROWID;
`]

export const schemaVersion = migrations.length

const numberIn = (database: Database, pragma: 'application_id' | 'user_version'): number =>
  numberOf(database.query(`PRAGMA ${pragma}`).one() ?? {}, pragma)

/** The version of the schema. Throws if the file is not ours, or newer. */
export function readVersion (database: Database, newest = schemaVersion): number {
  if (numberIn(database, 'application_id') !== applicationId) throw new StateFileError('it is not a state file of Hawser')
  const version = numberIn(database, 'user_version')
  if (version > newest) {
    const known = `this gateway knows versions up to ${newest}`
    throw new StateFileError(`it has version ${version} of the schema, and ${known}: run the newer gateway that wrote it`)
  }
  return version
}

/** The first damage that SQLite finds; null if the file is sound. */
export function findDamage (database: Database, check: 'quick_check' | 'integrity_check'): string | null {
  const row = database.query(`PRAGMA ${check}(1)`).one()
  const found = row === undefined ? 'no answer' : textOf(row, check)
  // The first line only names the database.
  return found === 'ok' ? null : found.split('\n').find(line => !line.startsWith('***')) ?? found
}

/** Creates all tables in an empty database. */
export function createSchema (database: Database): void {
  database.transaction('durable', () => {
    database.exec(`PRAGMA application_id = ${applicationId}`)
    migrate(database, 0, migrations)
  })
}

/** Brings an older database to this version, in one transaction; returns the version that it had. */
export function upgradeSchema (database: Database, steps: readonly string[] = migrations): number {
  const version = readVersion(database, steps.length)
  if (version < steps.length) database.transaction('durable', () => { migrate(database, version, steps) })
  return version
}

function migrate (database: Database, version: number, steps: readonly string[]): void {
  for (const step of steps.slice(version)) database.exec(step)
  database.exec(`PRAGMA user_version = ${steps.length}`)
}

/** Single facts about a state file. */
export interface Facts {
  get(name: FactName): string | null
  set(name: FactName, value: string, durability: Durability): void
  remove(name: FactName): void
}

/**
 * `holder`: the process that has opened the file last, as JSON. `seen`: the time until which the file was in use, by the age clock.
 * `copied`: when this copy was made, as RFC 3339; the first gateway that opens a copy removes it.
 */
export type FactName = 'holder' | 'seen' | 'copied'

export function createFacts (database: Database): Facts {
  const one = database.query('SELECT value FROM facts WHERE name = ?')
  const sql = 'INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)'
  const writes = { durable: database.statement(sql, 'durable'), brief: database.statement(sql, 'brief') } as const
  const remove = database.statement('DELETE FROM facts WHERE name = ?', 'durable')
  return {
    get: name => {
      const row = one.one(name)
      return row === undefined ? null : textOf(row, 'value')
    },
    set: (name, value, durability) => { writes[durability].run(name, value) },
    remove: name => { remove.run(name) }
  }
}
