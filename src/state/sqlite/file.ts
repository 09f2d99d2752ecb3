import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { openDatabase, withDatabase } from './database.ts'
import { isBusy, reasonOf, StateFileError } from './failure.ts'
import { createFacts, createSchema, type Facts } from './schema.ts'

/** What SQLite keeps beside a file while it is open. */
const besides = ['-wal', '-shm'] as const
export const ownerOnly = 0o600
const forOthers = 0o077

/**
 * The one path of a file, which all processes lock: with a path for each link, two processes would own it. The file need not exist.
 */
export function realPathOf (file: string): string {
  const path = resolve(file)
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  try {
    return isLink ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  } catch {
    const reason = isLink ? 'it is a link to a file that does not exist or cannot be reached' : `there is no folder ${dirname(path)}`
    throw new StateFileError(reason)
  }
}

/** Makes sure that the file exists, is not empty, and can be read by its owner alone; true if it was created. */
export function prepareFile (file: string): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) {
    // Its changes would be applied to another file.
    if (lstatSync(`${file}-wal`, { throwIfNoEntry: false }) !== undefined) {
      throw new StateFileError(`it is missing, but ${file}-wal is there: restore both files, or delete both to start with an empty state`)
    }
    createFile(file)
    return true
  }
  if (!stats.isFile()) throw new StateFileError('it is not a file')
  // Each name has a lock and a log of changes of its own.
  if (stats.nlink > 1) {
    throw new StateFileError(`it has ${stats.nlink} hard links; only one is allowed, because each name would have its own lock`)
  }
  if (stats.size === 0) throw new StateFileError('it is empty (truncated). Restore a backup, or delete it to start with an empty state')
  for (const path of [file, ...besides.map(end => file + end)]) protect(path)
  return false
}

function protect (path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats !== undefined && (stats.mode & forOthers) !== 0) chmodSync(path, ownerOnly)
}

/** Creates the file under another name, so that a crash leaves a whole file or none. */
function createFile (file: string): void {
  const fresh = `${file}-new`
  rmSync(fresh, { force: true })
  closeSync(openSync(fresh, 'wx', ownerOnly))
  withDatabase({ file: fresh }, database => {
    // Before the first table, so that free pages can be given back.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    createSchema(database)
  })
  renameSync(fresh, file)
  syncFolderOf(file)
}

/** A new name is on the disk only when its folder is. */
export const syncFolderOf = (file: string): void => { syncPath(dirname(file)) }

/** Resolves when the file or folder is on the disk. */
export function syncPath (path: string): void {
  const opened = openSync(path, 'r')
  try { fsyncSync(opened) } finally { closeSync(opened) }
}

/** Returns a function that throws if a path no longer leads to the file that it leads to now. */
export function watchIdentity (files: readonly string[]): () => void {
  const identityOf = (file: string): string => {
    const stats = statSync(file, { throwIfNoEntry: false })
    return `${stats?.dev} ${stats?.ino}`
  }
  const known = files.map(file => ({ file, identity: identityOf(file) }))
  return () => {
    const replaced = known.find(({ file, identity }) => identityOf(file) !== identity)
    if (replaced === undefined) return
    throw new StateFileError(`${replaced.file} was removed or replaced while the gateway runs: restart the gateway`)
  }
}

export interface FileLock {
  /** The locked file. Without it another process could lock the state file too. */
  readonly file: string
  release(): void
}

/**
 * The right to write a state file, for one process. It is a lock of the operating system on a file beside it, which ends with the process
 * however that ends. Throws a StateFileError that names the process that has it.
 */
export function lockStateFile (file: string): FileLock {
  const lock = `${file}-lock`
  const database = openLockFile(lock)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return { file: lock, release: database.close }
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw new StateFileError(`${lock}: ${reasonOf(error) ?? String(error)}`)
    const holder = holderOf(file) ?? 'another process'
    throw new StateFileError(`it is in use by ${holder}; one file serves one process, and several processes share a redis`)
  }
}

function openLockFile (file: string) {
  try {
    closeSync(openSync(file, 'a', ownerOnly))
    return openDatabase({ file })
  } catch {
    throw new StateFileError(`${file} cannot be created`)
  }
}

const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string() })

export const claimFile = (facts: Facts, at: number): void => {
  const holder: z.infer<typeof holderSchema> = { pid: process.pid, host: hostname(), since: new Date(at).toISOString() }
  facts.set('holder', JSON.stringify(holder), 'durable')
}

/** The process that has opened the file last, in words; null if the file does not say. */
export function holderOf (file: string): string | null {
  try {
    const holder = withDatabase({ file, isReadOnly: true }, database => createFacts(database).get('holder'))
    const { pid, host, since } = holderSchema.parse(JSON.parse(holder ?? 'null'))
    return `process ${pid} on ${host} since ${since}`
  } catch {
    return null
  }
}
