import { createHmac } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { systemClock } from '../domain/clock.ts'
import type { IdempotencyStore } from './idempotency-store.ts'
import type { OperationStore } from './operation-store.ts'
import type { TokenStore } from './token-store.ts'
import { createMemoryTokenBuckets, type TokenBuckets } from './token-bucket.ts'
import { createMemoryIdempotencyStore } from './memory/idempotency-store.ts'
import { createMemoryOperationStore } from './memory/operation-store.ts'
import { createMemoryQuota, type Quota } from './quota.ts'
import { createRedisTokenBuckets } from './redis/token-bucket.ts'
import { createRedisIdempotencyStore } from './redis/idempotency-store.ts'
import { createRedisQuota } from './redis/quota.ts'
import { createRedisOperationStore } from './redis/operation-store.ts'
import { createRedisGenerations } from './redis/generation.ts'
import { createMemoryGenerations, type Generations } from './generation.ts'
import { createSealer } from './sealer.ts'
import { keyFor } from './derive-key.ts'
import { createMemoryTokenStore } from './memory/token-store.ts'
import { createRedisTokenStore } from './redis/token-store.ts'

export interface Stores {
  readonly tokens: TokenStore
  readonly operations: OperationStore
  readonly idempotency: IdempotencyStore
  readonly deletes: Quota
  readonly tokenBuckets: TokenBuckets
  readonly generations: Generations
}

/** The state of one process, lost when it ends. */
export const createMemoryStores = ({ now } = systemClock): Stores => ({
  tokens: createMemoryTokenStore(now),
  operations: createMemoryOperationStore(now),
  idempotency: createMemoryIdempotencyStore(now),
  deletes: createMemoryQuota(now),
  tokenBuckets: createMemoryTokenBuckets(now),
  generations: createMemoryGenerations()
})

/** The state that all replicas share, sealed: the first secret seals, all secrets open. */
export function createRedisStores (redis: Redis | Cluster, secrets: readonly [string, ...string[]]): Stores {
  const [secret] = secrets
  const digest = (text: string): string => createHmac('sha256', keyFor('token digests', secret)).update(text).digest('base64url')
  const sealer = createSealer(secrets)
  return {
    tokens: createRedisTokenStore(redis, sealer, digest),
    operations: createRedisOperationStore(redis, sealer, createMemoryOperationStore()),
    idempotency: createRedisIdempotencyStore(redis, sealer),
    deletes: createRedisQuota(redis),
    tokenBuckets: createRedisTokenBuckets(redis, createMemoryTokenBuckets()),
    generations: createRedisGenerations(redis)
  }
}
