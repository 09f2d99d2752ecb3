import { createHmac, timingSafeEqual } from 'node:crypto'
import { badMember } from '../domain/failure.ts'

/** The end of a page: the value of its sort key, and the id. */
export interface Position {
  readonly value: string | null
  readonly id: string
  /** The position before or behind all rows with this value, instead of at `id`. */
  readonly edge?: 'before' | 'behind'
}

export interface Cursors {
  /** `bound`: everything that shapes the list; a cursor is valid for one list only. */
  write(position: Position, bound: string): string
  /** Throws `invalid-request` for a foreign, altered or broken cursor. */
  read(cursor: string, bound: string): Position
}

const codeLength = 16

/** Cursors are opaque and authenticated (HMAC). The first key signs, all keys verify. */
export function createCursors (keys: readonly Buffer[]): Cursors {
  const codeOf = (key: Buffer, payload: Buffer, bound: string): Buffer =>
    createHmac('sha256', key).update(bound).update('\0').update(payload).digest().subarray(0, codeLength)

  return {
    write: (position, bound) => {
      const payload = Buffer.from(JSON.stringify([position.value, position.id]))
      const [key] = keys
      if (key === undefined) throw new Error('cursors need a key')
      return Buffer.concat([codeOf(key, payload, bound), payload]).toString('base64url')
    },
    read: (cursor, bound) => {
      const bytes = Buffer.from(cursor, 'base64url')
      const code = bytes.subarray(0, codeLength)
      const payload = bytes.subarray(codeLength)
      // Re-encoding rejects the other spellings that base64url decodes.
      const isAuthentic = code.length === codeLength && bytes.toString('base64url') === cursor &&
        keys.some(key => timingSafeEqual(codeOf(key, payload, bound), code))
      const position = isAuthentic ? toPosition(JSON.parse(payload.toString('utf8'))) : null
      if (position === null) throw badMember('query.cursor', 'is not a cursor of this list with these filters and this order')
      return position
    }
  }
}

function toPosition (value: unknown): Position | null {
  if (!Array.isArray(value)) return null
  const [sortValue, id]: unknown[] = value
  if (typeof id !== 'string' || (sortValue !== null && typeof sortValue !== 'string')) return null
  return { value: sortValue, id }
}
