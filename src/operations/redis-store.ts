import type { Cluster, Redis } from 'ioredis'
import { z } from 'zod'
import { operationSchema } from '../domain/operation.js'
import { keptForMs, type OperationStore, type StoredOperation } from './store.js'

const storedSchema: z.ZodType<StoredOperation> = z.object({
  operation: operationSchema,
  jobs: z.array(z.object({ id: z.string(), name: z.string() })),
  startedAt: z.number(),
  deadlineAt: z.number(),
  lastLookAt: z.number(),
  transitionSeen: z.boolean()
})

const keyOf = (account: string, id: string): string => `hawser:operation:${account}:${id}`

/**
 * Operations that every replica sees and that outlive a restart. Holds ids and states, no secrets.
 * While Redis is lost, `local` keeps what this process does.
 */
export const createRedisOperationStore = (redis: Redis | Cluster, local: OperationStore): OperationStore => ({
  put: async stored => {
    await local.put(stored)
    try {
      await redis.set(keyOf(stored.operation.account, stored.operation.id), JSON.stringify(stored), 'PX', keptForMs)
    } catch {
      // The provider has accepted: that the store is lost must not turn the answer into a failure.
    }
  },
  get: async (account, id) => {
    try {
      const text = await redis.get(keyOf(account, id))
      return text === null ? await local.get(account, id) : readStored(text)
    } catch {
      return await local.get(account, id)
    }
  }
})

function readStored (text: string): StoredOperation | null {
  const parsed = storedSchema.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : null
}
