import type { Job } from '../adapters/contract.js'
import type { Operation } from '../domain/operation.js'

/** An operation with what is needed to follow it, by any process, at any later time. */
export interface StoredOperation {
  readonly operation: Operation
  readonly jobs: readonly Job[]
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly deadlineAt: number
  readonly lastLookAt: number
  /** Something other than the state before and after was seen: a reboot needs that. */
  readonly transitionSeen: boolean
}

/** Keeps operations for a day. */
export interface OperationStore {
  put(stored: StoredOperation): Promise<void>
  get(account: string, id: string): Promise<StoredOperation | null>
}

export const keptForMs = 24 * 3600_000
