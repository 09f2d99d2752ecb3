import { createHash, randomBytes } from 'node:crypto'
import type { Terminal } from '../terminal.ts'

/** Prints a new API key and its digest for the configuration. */
export function keyCommand ({ print }: Pick<Terminal, 'print'>): number {
  const key = randomBytes(32).toString('base64url')
  print(`key     ${key}\nsha256  ${createHash('sha256').update(key).digest('hex')}\n`)
  return 0
}
