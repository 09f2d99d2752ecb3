import { z } from 'zod'
import { goalSchema, operationSchema } from '../domain/operation.ts'
import { createSpecSchema } from '../domain/spec.ts'

/** How to find the server of a create: the request without secrets, and a fingerprint of each server that existed before. */
const searchSchema = z.object({ spec: createSpecSchema, baseline: z.array(z.string()).readonly() })
const stepInputSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

const storedSchema = z.object({
  operation: operationSchema,
  /** Increases with every change; used as the event id. */
  version: z.number(),
  /**
   * `intended`: recorded, but not yet bound to its Idempotency-Key; nothing may be sent before that. `sending`: the call is in flight.
   * `following`: the provider has accepted. `ambiguous`: the outcome of the call is unknown and is judged by what the provider shows.
   */
  phase: z.enum(['intended', 'sending', 'following', 'ambiguous']),
  /** The process that sends the call, and the time by which the call has certainly ended. */
  owner: z.string(),
  sendingUntil: z.number(),
  ambiguousSince: z.number().nullable(),
  /** Milliseconds for which a missing server may still appear; null: no limit, because the provider has accepted. */
  settleMs: z.number().nullable(),
  /** The provider certainly did nothing: the Idempotency-Key may be used to send the request again. */
  notMade: z.boolean(),
  jobs: z.array(z.object({ id: z.string(), name: z.string() })).readonly(),
  goal: goalSchema.nullable(),
  next: z.object({ name: z.string(), input: stepInputSchema }).nullable(),
  stepsSent: z.number(),
  search: searchSchema.nullable(),
  startedAt: z.number(),
  /** The last time at which the provider is known to have received a call; what it shows is judged from here. */
  actedAt: z.number(),
  deadlineAt: z.number(),
  polls: z.number(),
  nextPollAt: z.number(),
  /** A state other than those before and after was seen, which a reboot requires. */
  transitionSeen: z.boolean()
})

/** An operation with everything that any process needs to follow it at any later time. Times are epoch milliseconds. */
export type StoredOperation = Readonly<z.infer<typeof storedSchema>>
export type Search = Readonly<z.infer<typeof searchSchema>>

/** The record of an operation from its JSON text; null if it is none. */
export const readStoredOperation = (text: string): StoredOperation | null => storedSchema.safeParse(JSON.parse(text)).data ?? null

/** Releases the lease; the next one is granted after `restMs`. */
export type EndLease = (restMs: number) => Promise<void>

/**
 * The operations of a day in one place. Every method throws while that place is unreachable; an operation store is made of them, and
 * decides what happens instead.
 */
export interface OperationRecords {
  /** Stores a new record; false if the other replicas cannot see it. */
  put(stored: StoredOperation): Promise<boolean>
  /** Null only if there certainly is none: throws also if the record cannot be read. */
  getForCertain(account: string, id: string): Promise<StoredOperation | null>
  /**
   * Changes a record atomically: `change` gets the present record and returns null for no change. `known` is used where there is no
   * record. Resolves with the stored record.
   */
  updateForCertain(known: StoredOperation, change: Change): Promise<StoredOperation>
  remove(account: string, id: string): Promise<void>
  /** The next `count` older than `after`, newest first, without records that cannot be read. */
  list(account: string, after: string | null, count: number): Promise<readonly StoredOperation[]>
  /** The operations that have not ended. */
  pending(account: string): Promise<readonly StoredOperation[]>
  /** True for the first holder that claims this name, and for the same holder again, until it is released. */
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
 * Records, shared by all replicas if possible. While they are unreachable, `getForCertain`, `updateForCertain` and `claim` throw; all other
 * methods work with what this process keeps for itself.
 */
export interface OperationStore extends OperationRecords {
  /** Whether other processes use the store, or will use it after this one: it is read from time to time, and may be lost meanwhile. */
  readonly isShared: boolean
  /** Null also while the store is unreachable, or if the record cannot be read. */
  get(account: string, id: string): Promise<StoredOperation | null>
  /** As `updateForCertain`; changes a record of this process while the store is unreachable. */
  update(known: StoredOperation, change: Change): Promise<StoredOperation>
}

export type Change = (current: StoredOperation) => StoredOperation | null

/** The name under which an operation claims a server that it may have created. */
export const serverClaim = (id: string): string => `server:${id}`

export const keptForMs = 24 * 3600_000

/** Ids sort by time. */
export const idPrefixAt = (at: number): string => `op_${Math.max(0, at).toString(16).padStart(12, '0')}`
