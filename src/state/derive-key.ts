import { createHash } from 'node:crypto'

/** One secret serves several purposes; no two of them share a key. */
export const keyFor = (purpose: string, secret: string): Buffer => createHash('sha256').update(`hawser ${purpose} ${secret}`).digest()
