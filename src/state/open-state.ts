import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Config } from '../config/load.ts'
import type { Clock } from '../domain/clock.ts'
import { countLostOperations } from './sqlite/report.ts'
import { openStateFile } from './sqlite/state-file.ts'
import { createFileStores, createMemoryStores, createRedisStores, type Secrets, type Stores } from './stores.ts'

/** The state of a serving process, where the configuration puts it. */
export interface State {
  readonly stores: Stores
  /** For rate limits that all replicas share. */
  readonly redis: Redis | Cluster | null
  /** Null if Redis is not configured. */
  readonly isRedisThere: (() => boolean) | null
  /** Null if no file is configured. */
  readonly isFileThere: (() => boolean) | null
  close(): void
}

/** Throws a StateFileError if the configured file cannot be used. A Redis that is away is no failure. */
export async function openState (config: Config, clock: Clock, logger: Logger): Promise<State> {
  const { redis: settings, redisCa: ca, state, secret: [secret, ...older] = [] } = config
  const accounts = config.accounts.map(({ id }) => id)
  if (secret !== undefined && state !== undefined) return openFile({ file: state.file, accounts, clock, logger, secrets: [secret, ...older] })
  if (secret !== undefined && settings !== undefined) {
    const { connectRedis } = await import('./redis/connection.ts')
    const { redis, isThere, close } = await connectRedis({ settings, ca, accounts, logger })
    return { stores: createRedisStores(redis, [secret, ...older]), redis, isRedisThere: isThere, isFileThere: null, close }
  }
  logger.warn('operations, idempotency keys, sign-ins and quotas are kept in memory and lost when this process ends; ' +
    'configure state.file or redis to keep them')
  return { stores: createMemoryStores(clock), redis: null, isRedisThere: null, isFileThere: null, close: () => {} }
}

interface FileParts {
  readonly file: string
  readonly accounts: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  readonly secrets: Secrets
}

function openFile ({ secrets, ...parts }: FileParts): State {
  const { database, now, isThere, close } = openStateFile(parts)
  const lost = countLostOperations(database, secrets)
  if (lost > 0) parts.logger.error({ operations: lost }, 'open operations in the state file cannot be read with the configured secret, and are not followed')
  return { stores: createFileStores(database, now, secrets), redis: null, isRedisThere: null, isFileThere: isThere, close }
}
