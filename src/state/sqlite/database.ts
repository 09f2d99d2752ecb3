import { resolve } from 'node:path'
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'

export type Row = Readonly<Record<string, SQLOutputValue>>

/**
 * How well a change is kept. `durable`: it is on the disk before the call returns, because a promise depends on it. `brief`: it outlives
 * the process at once, and a power cut some seconds later.
 */
export type Durability = 'durable' | 'brief'

/** A prepared statement. */
export interface Query {
  one(...values: readonly SQLInputValue[]): Row | undefined
  all(...values: readonly SQLInputValue[]): readonly Row[]
}

export interface Statement {
  /** Returns the number of changed rows. */
  run(...values: readonly SQLInputValue[]): number
}

/** One connection to SQLite. Everything is synchronous, and one process owns the data: nothing changes between two calls in a row. */
export interface Database {
  query(sql: string): Query
  statement(sql: string, durability: Durability): Statement
  /** One transaction; a failure undoes all of it. */
  transaction<T>(durability: Durability, work: () => T): T
  /** Statements without parameters. */
  exec(sql: string): void
  close(): void
}

export interface DatabaseParts {
  /** A path; absent: in memory. */
  readonly file?: string
  readonly isReadOnly?: boolean
  /** Called before each durable change; throws if the change would be lost. */
  readonly guard?: () => void
  /** Called with each failure, before it is thrown. */
  readonly onFault?: (error: unknown) => void
}

/** Only the commands of an operator write beside the gateway, and each of their changes is small. */
const busyMs = 250
const levels = { durable: 'FULL', brief: 'NORMAL' } as const satisfies Readonly<Record<Durability, string>>

/**
 * SQLite as Node has it, loaded when a store is opened. Early releases of Node 24 warn that it is experimental, and this one warning
 * says nothing to an operator: it is dropped, all others pass.
 */
export function loadSqlite (): { readonly DatabaseSync: typeof DatabaseSync } {
  const { emitWarning } = process
  process.emitWarning = (...args: readonly unknown[]): void => {
    if (!/^SQLite is an experimental feature/.test(String(args[0]))) Reflect.apply(emitWarning, process, args)
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}

export function openDatabase ({ file, isReadOnly = false, guard, onFault }: DatabaseParts = {}): Database {
  const { DatabaseSync } = loadSqlite()
  const connection = new DatabaseSync(file === undefined ? ':memory:' : resolve(file), { timeout: busyMs, readOnly: isReadOnly })
  const isOnDisk = file !== undefined
  let level: Durability | null = null
  let isInTransaction = false

  /** The level cannot change within a transaction. */
  const prepare = (durability: Durability): void => {
    if (!isOnDisk || isInTransaction) return
    if (durability === 'durable') guard?.()
    if (level === durability) return
    connection.exec(`PRAGMA synchronous = ${levels[durability]}`)
    level = durability
  }
  const reported = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      onFault?.(error)
      throw error
    }
  }

  return {
    query: sql => {
      const prepared = lazily(() => connection.prepare(sql))
      return {
        one: (...values) => reported(() => prepared().get(...values)),
        all: (...values) => reported(() => prepared().all(...values))
      }
    },
    statement: (sql, durability) => {
      const prepared = lazily(() => connection.prepare(sql))
      return { run: (...values) => reported(() => { prepare(durability); return Number(prepared().run(...values).changes) }) }
    },
    transaction: (durability, work) => reported(() => {
      prepare(durability)
      return inTransaction(connection, () => {
        isInTransaction = true
        try { return work() } finally { isInTransaction = false }
      })
    }),
    exec: sql => { reported(() => { connection.exec(sql) }) },
    close: () => { connection.close() }
  }
}

function lazily<T> (create: () => T): () => T {
  let created: T | null = null
  return () => (created ??= create())
}

/** Opens a database for this work alone. */
export function withDatabase<T> (parts: DatabaseParts, work: (database: Database) => T): T {
  const database = openDatabase(parts)
  try { return work(database) } finally { database.close() }
}

function inTransaction<T> (connection: DatabaseSync, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    connection.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (connection.isTransaction) connection.exec('ROLLBACK')
    throw error
  }
}

/** The member of a row, which the schema says is a text. */
export function textOf (row: Row, name: string): string {
  const value = row[name]
  if (typeof value !== 'string') throw new Error(`${name} is not a text`)
  return value
}

/** The member of a row, which the schema says is a number. */
export function numberOf (row: Row, name: string): number {
  const value = row[name]
  if (typeof value !== 'number') throw new Error(`${name} is not a number`)
  return value
}
