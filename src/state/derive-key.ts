import { createHash } from 'node:crypto'

/** One secret serves several purposes, each with a derived key of its own. */
export const keyFor = (purpose: string, secret: string): Buffer => createHash('sha256').update(`hawser ${purpose} ${secret}`).digest()
