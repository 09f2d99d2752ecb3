import { createHmac } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Stores } from './compose.js'
import { createMemoryBuckets } from './operations/buckets.js'
import { createMemoryKeyStore } from './operations/memory-keys.js'
import { createMemoryOperationStore } from './operations/memory-store.js'
import { createMemoryQuota } from './operations/quota.js'
import { createRedisBuckets } from './operations/redis-buckets.js'
import { createRedisKeyStore } from './operations/redis-keys.js'
import { createRedisQuota } from './operations/redis-quota.js'
import { createRedisOperationStore } from './operations/redis-store.js'
import { createRedisTurns } from './operations/redis-turns.js'
import { createMemoryTurns } from './operations/turns.js'
import { createVault } from './tokens/encryption.js'
import { keyFor } from './tokens/key-for.js'
import { createMemoryTokenStore } from './tokens/memory-store.js'
import { createRedisTokenStore } from './tokens/redis-store.js'

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
