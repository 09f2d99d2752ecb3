import type { Job, NextStep } from '../adapters/verbs.ts'
import type { Goal, Operation } from '../domain/operation.ts'
import type { CreateSpec } from '../domain/spec.ts'

/**
 * How far an operation has come. `intended`: written down, but its key is not yet bound to it: nothing is sent before it is.
 * `asking`: the provider is being asked. `following`: it has accepted.
 * `doubtful`: nobody knows whether it has; what it shows must tell.
 */
export type Phase = 'intended' | 'asking' | 'following' | 'ambiguous'

/** How the server of a create is found again: what was ordered, and marks of all servers that were there before. */
export interface Search {
  readonly spec: CreateSpec
  readonly baseline: readonly string[]
}

/** An operation with what is needed to follow it, by any process, at any later time. Times in epoch milliseconds. */
export interface StoredOperation {
  readonly operation: Operation
  /** Grows with every change; the id of an event. */
  readonly version: number
  readonly phase: Phase
  /** The process that asks, and when it certainly asks no more. */
  readonly owner: string
  readonly askingUntil: number
  readonly ambiguousSince: number | null
  /** So long a server that can not be found may still appear; null: for ever, since the provider has accepted. */
  readonly settleMs: number | null
  /** It is certain that the provider did nothing: the same key may be used to send once more. */
  readonly notMade: boolean
  readonly jobs: readonly Job[]
  readonly goal: Goal | null
  readonly next: NextStep | null
  readonly stepsSent: number
  readonly search: Search | null
  readonly startedAt: number
  /** When the provider was last known to have been asked for something: what it shows is judged from here. */
  readonly actedAt: number
  readonly deadlineAt: number
  readonly polls: number
  readonly nextPollAt: number
  /** Something other than the state before and after was seen: a reboot needs that. */
  readonly transitionSeen: boolean
}

/** Ends the turn of one who looks; others may look after `restMs`. */
export type EndLease = (restMs: number) => Promise<void>

/** Keeps operations for a day, for all replicas where it can. */
export interface OperationStore {
  /** Other processes use it too, or will after this one. */
  readonly isShared: boolean
  /** False where it could not be kept for the other replicas. */
  open(stored: StoredOperation): Promise<boolean>
  /** Null also while the store can not be reached. */
  get(account: string, id: string): Promise<StoredOperation | null>
  /** Null only where there certainly is none: throws while the store can not be reached, or can not be read. */
  getForCertain(account: string, id: string): Promise<StoredOperation | null>
  /**
   * Changes what is kept, whoever else does so at the same time: `change` is given the present record, and null from it means
   * nothing to change. `known` is what the caller has last seen, for a store that can not be reached. Resolves with what is kept now.
   */
  update(known: StoredOperation, change: Change): Promise<StoredOperation>
  /** As `update`, but throws while the store can not be reached. */
  updateForCertain(known: StoredOperation, change: Change): Promise<StoredOperation>
  remove(account: string, id: string): Promise<void>
  /** The next `count` older than `after`, the newest first. */
  list(account: string, after: string | null, count: number): Promise<readonly StoredOperation[]>
  /** Those that have not ended. */
  pending(account: string): Promise<readonly StoredOperation[]>
  /** True for the first who says this name, and for the same one again, until it is forgotten. Throws where that can not be said. */
  claim(account: string, name: string, holder: string): Promise<boolean>
  /** Forgets the name, where this holder has it. */
  release(account: string, name: string, holder: string): Promise<void>
  /** One looks at the provider for all; null when it is another's turn. */
  lease(account: string, holdMs: number): Promise<EndLease | null>
  /** A process says that it lives. */
  beat(replica: string, forMs: number): Promise<void>
  isAlive(replica: string): Promise<boolean>
}

export type Change = (current: StoredOperation) => StoredOperation | null

/** The name under which an operation claims a server that it may have made. */
export const serverClaim = (id: string): string => `server:${id}`

export const keptForMs = 24 * 3600_000

/** Ids sort by time. */
export const idPrefixAt = (at: number): string => `op_${Math.max(0, at).toString(16).padStart(12, '0')}`
