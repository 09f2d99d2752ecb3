import { accessSync, closeSync, constants, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AuditSink } from './audit.ts'

/** Appends to a file that only its owner can read. Throws if it cannot be opened. */
export function openAuditFile (path: string): AuditSink {
  let fd = openFor(path)
  let isTorn = false
  return {
    write: text => {
      try {
        // After a partial write the next line must start on a line of its own.
        writeAll(fd, isTorn ? `\n${text}` : text)
        isTorn = false
      } catch (error) {
        isTorn = true
        throw error
      }
    },
    reopen: () => {
      const next = openFor(path)
      closeSync(fd)
      fd = next
      isTorn = false
    },
    close: () => { closeSync(fd) }
  }
}

/** Audit lines among the lines of the log. */
export const auditOnStandardOutput = (): AuditSink => ({ write: text => { writeAll(1, text) }, reopen: () => {}, close: () => {} })

/** Throws if the file cannot be opened for appending. Does not create it: it would belong to the user that runs the check. */
export function probeAuditFile (path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_APPEND))
  } catch (cause) {
    if (reasonOf(cause) !== 'ENOENT') throw unusable(path, cause)
    try { accessSync(dirname(path), constants.W_OK | constants.X_OK) } catch (inFolder) { throw unusable(path, inFolder) }
  }
}

const unusable = (path: string, cause: unknown): Error => new Error(`audit.file ${path} cannot be opened: ${reasonOf(cause)}`, { cause })

const ownerOnly = 0o600

function openFor (path: string): number {
  try {
    return openSync(path, 'a', ownerOnly)
  } catch (cause) {
    throw unusable(path, cause)
  }
}

const reasonOf = (error: unknown): string => error instanceof Error && 'code' in error ? String(error.code) : String(error)

const mostPauses = 200

/** A pipe may be full for a moment if its reader has made it non-blocking. */
function writeAll (fd: number, text: string): void {
  let left = Buffer.from(text)
  let pauses = 0
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(fd, left))
    } catch (error) {
      pauses += 1
      if (reasonOf(error) !== 'EAGAIN' || pauses > mostPauses) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
