import { closeSync, openSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { openDatabase } from './database.ts'
import { createFacts, type Facts } from './facts.ts'
import { isBusy, reasonOf, StateFileError } from './failure.ts'

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
    throw new StateFileError(`it is in use by ${holderOf(file) ?? 'another process'}; one file serves one process, and several processes share a redis`)
  }
}

const ownerOnly = 0o600

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
    const database = openDatabase({ file, isReadOnly: true })
    try {
      const { pid, host, since } = holderSchema.parse(JSON.parse(createFacts(database).get('holder') ?? 'null'))
      return `process ${pid} on ${host} since ${since}`
    } finally {
      database.close()
    }
  } catch {
    return null
  }
}
