import { createHmac } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { systemClock, type Clock } from '../domain/clock.ts'
import { createLocalGenerations, type Generations } from './generation.ts'
import type { IdempotencyStore } from './idempotency-store.ts'
import { withLocalBuckets, type Quota, type TokenBuckets } from './limits.ts'
import type { OperationStore } from './operation-store.ts'
import { createRedisGenerations } from './redis/generation.ts'
import { createRedisIdempotencyStore } from './redis/idempotency-store.ts'
import { createRedisQuota, createRedisTokenBuckets } from './redis/limits.ts'
import { createRedisOperationRecords } from './redis/operation-records.ts'
import { createRedisTokenStore } from './redis/token-store.ts'
import { createSealer, keyFor } from './sealer.ts'
import { createSharedOperationStore } from './shared-operation-store.ts'
import type { Database } from './sqlite/database.ts'
import { createSqliteIdempotencyStore } from './sqlite/idempotency-store.ts'
import { createSqliteQuota, createSqliteTokenBuckets } from './sqlite/limits.ts'
import { createMemoryOperationRecords, createMemoryOperationStore, openMemory } from './sqlite/memory.ts'
import { createSqliteOperationRecords } from './sqlite/operation-records.ts'
import type { AgeClock, SqliteParts } from './sqlite/parts.ts'
import { createSqliteTokenStore } from './sqlite/token-store.ts'
import { createUpkeep } from './sqlite/upkeep.ts'
import type { TokenStore } from './token-store.ts'

export interface Stores {
  readonly tokens: TokenStore
  readonly operations: OperationStore
  readonly idempotency: IdempotencyStore
  readonly deletes: Quota
  readonly creates: Quota
  readonly tokenBuckets: TokenBuckets
  readonly generations: Generations
}

/** The first secret seals, all of them open. */
export type Secrets = readonly [string, ...string[]]

function createSqliteStores (parts: SqliteParts, digest: (text: string) => string): Omit<Stores, 'operations'> {
  return {
    tokens: createSqliteTokenStore(parts, digest),
    idempotency: createSqliteIdempotencyStore(parts),
    deletes: createSqliteQuota(parts, 'deletes'),
    creates: createSqliteQuota(parts, 'creates'),
    tokenBuckets: createSqliteTokenBuckets(parts),
    generations: createLocalGenerations()
  }
}

/** The state of one process, lost when it ends. */
export function createMemoryStores (clock: Pick<Clock, 'now' | 'elapsed'> = systemClock): Stores {
  const parts = openMemory(clock)
  const upkeep = createUpkeep(parts)
  const stores = createSqliteStores(parts, text => text)
  return {
    ...stores,
    operations: createMemoryOperationStore(createMemoryOperationRecords(parts, upkeep)),
    idempotency: {
      ...stores.idempotency,
      reserve: async (account, reservation) => {
        upkeep()
        return await stores.idempotency.reserve(account, reservation)
      }
    }
  }
}

/** The state of one process in a file, sealed. */
export function createFileStores (database: Database, now: AgeClock, secrets: Secrets): Stores {
  const parts = { database, now, sealer: createSealer(secrets) }
  const stores = createSqliteStores(parts, digestUnder(secrets))
  return {
    ...stores,
    operations: createSharedOperationStore(createSqliteOperationRecords(parts), createMemoryOperationRecords),
    tokenBuckets: withLocalBuckets(stores.tokenBuckets, openLocalBuckets)
  }
}

/** The state that all replicas share, sealed. */
export function createRedisStores (redis: Redis | Cluster, secrets: Secrets): Stores {
  const sealer = createSealer(secrets)
  return {
    tokens: createRedisTokenStore(redis, sealer, digestUnder(secrets)),
    operations: createSharedOperationStore(createRedisOperationRecords(redis, sealer), createMemoryOperationRecords),
    idempotency: createRedisIdempotencyStore(redis, sealer),
    deletes: createRedisQuota(redis, 'deletes'),
    creates: createRedisQuota(redis, 'creates'),
    tokenBuckets: withLocalBuckets(createRedisTokenBuckets(redis), openLocalBuckets),
    generations: createRedisGenerations(redis)
  }
}

const digestUnder = ([secret]: Secrets) => (text: string): string =>
  createHmac('sha256', keyFor('token digests', secret)).update(text).digest('base64url')

const openLocalBuckets = (): TokenBuckets => createSqliteTokenBuckets(openMemory())
