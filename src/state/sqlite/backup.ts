import { closeSync, fsyncSync, linkSync, lstatSync, openSync, rmSync } from 'node:fs'
import { openDatabase } from './database.ts'
import { createFacts } from './facts.ts'
import { StateFileError } from './failure.ts'
import { syncFolderOf } from './file.ts'
import { findDamage, readVersion } from './schema.ts'

const ownerOnly = 0o600

/**
 * Copies a state file, also one that a gateway has open: the copy is the state of one moment, and its owner alone can read it. Nothing is
 * overwritten. The gateway that opens the copy is the first to learn that it is one.
 */
export function backUp (file: string, target: string, at: Date): void {
  if (isThere(target)) throw new StateFileError(`${target} exists already, and nothing was written`)
  const part = `${target}.${process.pid}.part`
  closeSync(openSync(part, 'wx', ownerOnly))
  try {
    copyInto(file, part)
    finish(part, at)
    // A link refuses a name that has been taken meanwhile.
    linkSync(part, target)
    syncFolderOf(target)
  } finally {
    rmSync(part, { force: true })
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

function copyInto (file: string, part: string): void {
  if (!isThere(file)) throw new StateFileError(`there is no file ${file}`)
  const source = openDatabase({ file, isReadOnly: true })
  try {
    readVersion(source)
    source.query('VACUUM INTO ?').all(part)
  } finally {
    source.close()
  }
}

function finish (part: string, at: Date): void {
  const copy = openDatabase({ file: part })
  try {
    const damage = findDamage(copy, 'integrity_check')
    if (damage !== null) throw new StateFileError(`the copy is damaged (${damage})`)
    createFacts(copy).set('copied', at.toISOString(), 'durable')
  } finally {
    copy.close()
  }
  const written = openSync(part, 'r')
  try { fsyncSync(written) } finally { closeSync(written) }
}
