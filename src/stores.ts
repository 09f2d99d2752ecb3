import { createHmac } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Stores } from './compose.ts'
import { createMemoryBuckets } from './operations/buckets.ts'
import { createMemoryKeyStore } from './operations/memory-keys.ts'
import { createMemoryOperationStore } from './operations/memory-store.ts'
import { createMemoryQuota } from './operations/quota.ts'
import { createRedisBuckets } from './operations/redis-buckets.ts'
import { createRedisKeyStore } from './operations/redis-keys.ts'
import { createRedisQuota } from './operations/redis-quota.ts'
import { createRedisOperationStore } from './operations/redis-store.ts'
import { createRedisTurns } from './operations/redis-turns.ts'
import { createMemoryTurns } from './operations/turns.ts'
import { createVault } from './tokens/encryption.ts'
import { keyFor } from './tokens/key-for.ts'
import { createMemoryTokenStore } from './tokens/memory-store.ts'
import { createRedisTokenStore } from './tokens/redis-store.ts'

/** What one process remembers, and forgets when it ends. */
export const createMemoryStores = (): Stores => ({
  tokens: createMemoryTokenStore(),
  operations: createMemoryOperationStore(),
  keys: createMemoryKeyStore(),
  deletes: createMemoryQuota(),
  buckets: createMemoryBuckets(),
  turns: createMemoryTurns()
})

/** What all replicas share, sealed under the secrets: the first seals, all open. */
export function createRedisStores (redis: Redis | Cluster, secrets: readonly [string, ...string[]]): Stores {
  const [secret] = secrets
  const digest = (text: string): string => createHmac('sha256', keyFor('token digests', secret)).update(text).digest('base64url')
  const vault = createVault(secrets)
  return {
    tokens: createRedisTokenStore(redis, vault, digest),
    operations: createRedisOperationStore(redis, vault, createMemoryOperationStore()),
    keys: createRedisKeyStore(redis, vault),
    deletes: createRedisQuota(redis),
    buckets: createRedisBuckets(redis, createMemoryBuckets()),
    turns: createRedisTurns(redis)
  }
}
