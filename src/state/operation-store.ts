import type { Job, NextStep } from '../adapters/verbs.ts'
import type { Goal, Operation } from '../domain/operation.ts'
import type { CreateSpec } from '../domain/spec.ts'

/**
 * The phase of an operation. `intended`: recorded, but not yet bound to its Idempotency-Key; nothing may be sent before that. `asking`:
 * the call is in flight. `following`: the provider has accepted. `ambiguous`: the outcome of the call is unknown and is judged by what the
 * provider shows.
 */
export type Phase = 'intended' | 'asking' | 'following' | 'ambiguous'

/** The data for finding the server of a create: the request without secrets, and a fingerprint of each server that existed before. */
export interface Search {
  readonly spec: CreateSpec
  readonly baseline: readonly string[]
}

/** An operation with everything that any process needs to follow it at any later time. Times are epoch milliseconds. */
export interface StoredOperation {
  readonly operation: Operation
  /** Increases with every change; used as the event id. */
  readonly version: number
  readonly phase: Phase
  /** The process that sends the call, and the time by which the call has certainly ended. */
  readonly owner: string
  readonly askingUntil: number
  readonly ambiguousSince: number | null
  /** Milliseconds for which a missing server may still appear; null: no limit, because the provider has accepted. */
  readonly settleMs: number | null
  /** The provider certainly did nothing: the Idempotency-Key may be used to send the request again. */
  readonly notMade: boolean
  readonly jobs: readonly Job[]
  readonly goal: Goal | null
  readonly next: NextStep | null
  readonly stepsSent: number
  readonly search: Search | null
  readonly startedAt: number
  /** The last time at which the provider is known to have received a call; what it shows is judged from here. */
  readonly actedAt: number
  readonly deadlineAt: number
  readonly polls: number
  readonly nextPollAt: number
  /** A state other than those before and after was seen, which a reboot requires. */
  readonly transitionSeen: boolean
}

/** Releases the lease; the next one is granted after `restMs`. */
export type EndLease = (restMs: number) => Promise<void>

/** Keeps operations for a day, shared by all replicas if possible. */
export interface OperationStore {
  /** Whether other processes use the store, or will use it after this one: it is read from time to time, and may be lost meanwhile. */
  readonly isShared: boolean
  /** False if the record could not be stored for the other replicas. */
  open(stored: StoredOperation): Promise<boolean>
  /** Null also while the store is unreachable. */
  get(account: string, id: string): Promise<StoredOperation | null>
  /** Null only if there certainly is none: throws while the store is unreachable, or if the record cannot be read. */
  getForCertain(account: string, id: string): Promise<StoredOperation | null>
  /**
   * Changes a record atomically: `change` gets the present record and returns null for no change. `known` is the caller's last known
   * record, for a store that is unreachable. Resolves with the stored record.
   */
  update(known: StoredOperation, change: Change): Promise<StoredOperation>
  /** As `update`, but throws while the store is unreachable. */
  updateForCertain(known: StoredOperation, change: Change): Promise<StoredOperation>
  remove(account: string, id: string): Promise<void>
  /** The next `count` older than `after`, newest first. */
  list(account: string, after: string | null, count: number): Promise<readonly StoredOperation[]>
  /** The operations that have not ended. */
  pending(account: string): Promise<readonly StoredOperation[]>
  /**
   * True for the first holder that claims this name, and for the same holder again, until it is released. Throws if that cannot be
   * decided.
   */
  claim(account: string, name: string, holder: string): Promise<boolean>
  /** Releases the name if this holder has claimed it. */
  release(account: string, name: string, holder: string): Promise<void>
  /** The right to poll the provider for all replicas; null while another replica has it. */
  lease(account: string, holdMs: number): Promise<EndLease | null>
  /** Marks a process as alive for `forMs`. */
  beat(replica: string, forMs: number): Promise<void>
  isAlive(replica: string): Promise<boolean>
}

/**
 * The records of operations in one place, which throws while that place is unreachable: every method does. A store of operations is made
 * of them, and decides what then happens instead.
 */
export interface OperationRecords {
  /** Stores a new record. */
  put(stored: StoredOperation): Promise<void>
  /** Null if there certainly is none; throws also if the record cannot be read. */
  read(account: string, id: string): Promise<StoredOperation | null>
  /** As `update` of the store. */
  change(known: StoredOperation, change: Change): Promise<StoredOperation>
  erase(account: string, id: string): Promise<void>
  /** As in the store, without records that cannot be read. */
  list(account: string, after: string | null, count: number): Promise<readonly StoredOperation[]>
  pending(account: string): Promise<readonly StoredOperation[]>
  claim(account: string, name: string, holder: string): Promise<boolean>
  release(account: string, name: string, holder: string): Promise<void>
  lease(account: string, holdMs: number): Promise<EndLease | null>
  beat(replica: string, forMs: number): Promise<void>
  isAlive(replica: string): Promise<boolean>
}

export type Change = (current: StoredOperation) => StoredOperation | null

/** The name under which an operation claims a server that it may have created. */
export const serverClaim = (id: string): string => `server:${id}`

export const keptForMs = 24 * 3600_000

/** Ids sort by time. */
export const idPrefixAt = (at: number): string => `op_${Math.max(0, at).toString(16).padStart(12, '0')}`
