import { z } from 'zod'
import { operationSchema, type Goal } from '../domain/operation.ts'
import { serverStatuses } from '../domain/server.ts'
import { createSpecSchema } from '../domain/spec.ts'
import type { StoredOperation } from './operation-store.ts'

const goalMembers = {
  absent: z.boolean().optional(),
  statuses: z.array(z.enum(serverStatuses)).optional(),
  transition: z.boolean().optional(),
  via: z.enum(serverStatuses).optional(),
  name: z.string().optional(),
  protected: z.boolean().optional(),
  plan: z.string().optional(),
  cpus: z.number().optional(),
  memory_mib: z.number().optional(),
  disk_gib: z.number().optional(),
  has: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  failed: z.array(z.string()).optional(),
  missingSnapshot: z.string().optional(),
  unprovable: z.boolean().optional(),
  shown: z.boolean().optional()
} satisfies Readonly<Record<keyof Goal, z.ZodType>>
const goalSchema: z.ZodType<Goal> = z.object(goalMembers)

const storedSchema: z.ZodType<StoredOperation> = z.object({
  operation: operationSchema,
  version: z.number(),
  phase: z.enum(['intended', 'sending', 'following', 'ambiguous']),
  owner: z.string(),
  sendingUntil: z.number(),
  ambiguousSince: z.number().nullable(),
  settleMs: z.number().nullable(),
  notMade: z.boolean(),
  jobs: z.array(z.object({ id: z.string(), name: z.string() })),
  goal: goalSchema.nullable(),
  next: z.object({ name: z.string(), input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) }).nullable(),
  stepsSent: z.number(),
  search: z.object({ spec: createSpecSchema, baseline: z.array(z.string()) }).nullable(),
  startedAt: z.number(),
  actedAt: z.number(),
  deadlineAt: z.number(),
  polls: z.number(),
  nextPollAt: z.number(),
  transitionSeen: z.boolean()
})

/** The record of an operation from its JSON value; null if it is none. */
export function readStoredOperation (value: unknown): StoredOperation | null {
  const parsed = storedSchema.safeParse(value)
  return parsed.success ? parsed.data : null
}
