import { z } from 'zod'
import type { ServerStatus } from './server.ts'

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

/** How an action looks on the server that is seen now. */
export type Verdict = 'done' | 'going' | 'failed'

/**
 * What the server will show when the work is done; everything named must hold at once. Kept with the operation.
 * `absent`: it is gone. `statuses`: it is in one of these. `transition`: something else was seen in between (or, after a settling
 * time, the operation notes that nothing was). `via`: where it is unknown whether the provider was asked, only this state in between
 * counts; others lead to it, too (a stop before a rebuild). Sizes, name and protection: as asked. `has`, `lacks`: addresses.
 * `lacksSnapshot`: the id of one that is gone from the server's list. `unprovable`: what the server shows was there before, so only a job
 * of the provider's can say that it is done. `shown`: a job of the provider's may end before the server shows this, or without it, so
 * both must hold; this is always so for sizes.
 * `failed`: the provider's words (`provider_status`) that say that this action has failed; those of other actions then say nothing about
 * it. Absent: the status `error` does.
 */
export interface Goal {
  readonly absent?: boolean | undefined
  readonly statuses?: readonly ServerStatus[] | undefined
  readonly transition?: boolean | undefined
  readonly via?: ServerStatus | undefined
  readonly name?: string | undefined
  readonly protected?: boolean | undefined
  readonly plan?: string | undefined
  readonly cpus?: number | undefined
  readonly memory_mib?: number | undefined
  readonly disk_gib?: number | undefined
  readonly has?: readonly string[] | undefined
  readonly missing?: readonly string[] | undefined
  readonly failed?: readonly string[] | undefined
  readonly missingSnapshot?: string | undefined
  readonly unprovable?: boolean | undefined
  readonly shown?: boolean | undefined
}
