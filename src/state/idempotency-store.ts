import { createHash } from 'node:crypto'
import { z } from 'zod'

const recordSchema = z.object({
  fingerprint: z.string(),
  /** The process that works on the request, and the time by which that has certainly ended, in epoch milliseconds. */
  owner: z.string(),
  openUntil: z.number(),
  /** The operation that the request has begun. */
  operationId: z.string().nullable(),
  /** Null while the first request is unanswered. */
  answer: z.string().nullable()
})
/** The record of one Idempotency-Key. It holds no body of a request, only its fingerprint, and the answer once there is one. */
export type IdempotencyRecord = Readonly<z.infer<typeof recordSchema>>

export type Reserved =
  /** The key is reserved for this request. */
  | { readonly kind: 'new' }
  | { readonly kind: 'known', readonly record: IdempotencyRecord }
  /** Stored keys were lost, and this one may be among them. */
  | { readonly kind: 'flushed' }
  /** The key was used, but its record is sealed under a secret that is no longer configured. */
  | { readonly kind: 'unreadable' }

export interface Reservation {
  readonly key: string
  readonly record: IdempotencyRecord
  /** Refused while a loss of keys is not acknowledged, because the request may cost money. */
  readonly isCreate: boolean
}

/** Keeps keys for a day. Every method throws while the store is unreachable. */
export interface IdempotencyStore {
  /** What keeps the keys, for messages. */
  readonly keeper: string
  /** The command with which an operator acknowledges that keys of this account were lost. */
  acknowledgement(account: string): string
  /**
   * Detects flushes of the store, since the last call and from here on. True from the detection until an operator has acknowledged it;
   * meanwhile creates are refused.
   */
  isFlushed(account: string): Promise<boolean>
  reserve(account: string, reservation: Reservation): Promise<Reserved>
  /** Replaces `known` by `next`; false if the store holds another record or none. */
  replace(account: string, key: string, known: IdempotencyRecord, next: IdempotencyRecord): Promise<boolean>
  /** The stored record, unparsed; null if there is none. */
  find(account: string, key: string): Promise<IdempotencyRecord | null>
  /** Deletes `known`, unless the store holds another record. */
  forget(account: string, key: string, known: IdempotencyRecord): Promise<void>
}

/** The record in a text; throws if it is none. */
export const readIdempotencyRecord = (text: string): IdempotencyRecord => recordSchema.parse(JSON.parse(text))

/**
 * Distinguishes the states of one record. It holds a fingerprint that cannot be guessed, so the digest reveals nothing, and is the same
 * under every secret.
 */
export const digestOf = (record: IdempotencyRecord): string =>
  createHash('sha256').update(JSON.stringify(recordSchema.parse(record))).digest('base64url')
