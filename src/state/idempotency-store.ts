/** What is kept under one Idempotency-Key. Bodies are not: only a fingerprint of the request, and the answer once there is one. */
export interface IdempotencyRecord {
  readonly fingerprint: string
  /** The process that works on it, and when it certainly does no more. Epoch milliseconds. */
  readonly owner: string
  readonly openUntil: number
  /** The operation that was begun for it. */
  readonly operationId: string | null
  /** Null while the first request is unanswered. */
  readonly answer: string | null
}

export type Reserved =
  /** The key is ours. */
  | { readonly kind: 'new' }
  | { readonly kind: 'known', readonly record: IdempotencyRecord }
  /** Stored keys were lost, and this one may be among them. */
  | { readonly kind: 'flushed' }
  /** The key was used, but its record is sealed under a secret that is no longer configured. */
  | { readonly kind: 'unreadable' }

export interface Reservation {
  readonly key: string
  readonly record: IdempotencyRecord
  /** What buys something is refused as long as lost keys are not acknowledged. */
  readonly isCreate: boolean
}

/** Keeps keys for a day. Every method throws when the store can not be reached. */
export interface IdempotencyStore {
  /**
   * Learns the store's mark, so that a flush is detected from here on, and detects one that has happened. True from the detection until
   * an operator has acknowledged it; meanwhile creates are refused.
   */
  isFlushed(account: string): Promise<boolean>
  reserve(account: string, reservation: Reservation): Promise<Reserved>
  /** Puts `next` where `known` stands; false when it does not stand there any more. */
  replace(account: string, key: string, known: IdempotencyRecord, next: IdempotencyRecord): Promise<boolean>
  /** What stands there, whatever it is worth; null where nothing does. */
  find(account: string, key: string): Promise<IdempotencyRecord | null>
  /** Forgets `known`, unless another record stands there now. */
  forget(account: string, key: string, known: IdempotencyRecord): Promise<void>
}
