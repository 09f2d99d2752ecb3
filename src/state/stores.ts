import { createHmac } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { systemClock } from '../domain/clock.ts'
import type { KeyStore } from './idempotency-store.ts'
import type { OperationStore } from './operation-store.ts'
import type { TokenStore } from './token-store.ts'
import { createMemoryBuckets, type Buckets } from './token-bucket.ts'
import { createMemoryKeyStore } from './memory/idempotency-store.ts'
import { createMemoryOperationStore } from './memory/operation-store.ts'
import { createMemoryQuota, type Quota } from './quota.ts'
import { createRedisBuckets } from './redis/token-bucket.ts'
import { createRedisKeyStore } from './redis/idempotency-store.ts'
import { createRedisQuota } from './redis/quota.ts'
import { createRedisOperationStore } from './redis/operation-store.ts'
import { createRedisTurns } from './redis/generation.ts'
import { createMemoryTurns, type Turns } from './generation.ts'
import { createVault } from './sealer.ts'
import { keyFor } from './derive-key.ts'
import { createMemoryTokenStore } from './memory/token-store.ts'
import { createRedisTokenStore } from './redis/token-store.ts'

export interface Stores {
  readonly tokens: TokenStore
  readonly operations: OperationStore
  readonly keys: KeyStore
  readonly deletes: Quota
  readonly buckets: Buckets
  readonly turns: Turns
}

/** What one process remembers, and forgets when it ends. */
export const createMemoryStores = ({ now } = systemClock): Stores => ({
  tokens: createMemoryTokenStore(now),
  operations: createMemoryOperationStore(now),
  keys: createMemoryKeyStore(now),
  deletes: createMemoryQuota(now),
  buckets: createMemoryBuckets(now),
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
