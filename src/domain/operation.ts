import { z } from 'zod'
import { serverStatuses } from './server.ts'

export const operationStatuses = ['pending', 'running', 'succeeded', 'failed', 'unknown'] as const
export type OperationStatus = typeof operationStatuses[number]

export const operationExample = {
  id: 'op_0198f2c6d5a07c3e9f41',
  account: 'vm6',
  provider: 'vmmanager',
  action: 'stop',
  server_id: '42',
  status: 'running',
  created_at: '2026-11-21T10:00:00.000Z',
  updated_at: '2026-11-21T10:00:00.500Z',
  finished_at: null,
  progress: null,
  error: null,
  note: null,
  upstream: { id: '1341774670', status: 'running' }
}

export const operationSchema = z.object({
  id: z.string(),
  account: z.string(),
  provider: z.string(),
  action: z.string(),
  server_id: z.string().nullable(),
  status: z.enum(operationStatuses).meta({ description: 'unknown: the deadline passed before the result could be determined; see note' }),
  created_at: z.string(),
  updated_at: z.string(),
  finished_at: z.string().nullable(),
  progress: z.number().nullable(),
  error: z.string().nullable().meta({ description: 'Why it failed, in the provider\'s words where there are any' }),
  note: z.string().nullable(),
  upstream: z.object({ id: z.string(), status: z.string().nullable() }).nullable()
    .meta({ description: 'The provider\'s own job, event or task' })
}).meta({
  id: 'Operation',
  example: operationExample
})
export type Operation = z.infer<typeof operationSchema>

export const isFinal = (status: OperationStatus): boolean => status === 'succeeded' || status === 'failed' || status === 'unknown'

/** The state of an action, judged by the server. */
export type Verdict = 'done' | 'going' | 'failed'

/** What the server shows when the work is done; all members that are present must hold at once. Stored with the operation. */
export const goalSchema = z.object({
  /** The server is gone. */
  absent: z.boolean().optional(),
  /** The server is in one of these states. */
  statuses: z.array(z.enum(serverStatuses)).readonly().optional(),
  /** Another state was seen in between. If none is seen for a settling time, the operation succeeds with a note that says so. */
  transition: z.boolean().optional(),
  /** If it is unknown whether the provider received the call, only this state in between proves it, because others lead to the goal too. */
  via: z.enum(serverStatuses).optional(),
  // The server has the requested values; `plan` is an id.
  name: z.string().optional(),
  protected: z.boolean().optional(),
  plan: z.string().optional(),
  cpus: z.number().optional(),
  memory_mib: z.number().optional(),
  disk_gib: z.number().optional(),
  /** Addresses that the server has. */
  has: z.array(z.string()).readonly().optional(),
  /** Addresses that the server no longer has. */
  missing: z.array(z.string()).readonly().optional(),
  /** Values of `provider_status` that mean that this action failed; those of other actions are ignored. Absent: the status `error` does. */
  failed: z.array(z.string()).readonly().optional(),
  /** The id of a snapshot that is gone from the server's list. */
  missingSnapshot: z.string().optional(),
  /** The server showed this before, so only a job of the provider can prove that the work is done. */
  unprovable: z.boolean().optional(),
  /** A job may end before the server shows this, or without it, so both must hold; this is always so for sizes. */
  shown: z.boolean().optional()
})
export type Goal = Readonly<z.infer<typeof goalSchema>>
