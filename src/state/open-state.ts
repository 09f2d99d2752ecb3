import type { Cluster, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Config } from '../config/load.ts'
import type { Clock } from '../domain/clock.ts'
import type { StateStatus } from '../domain/state-status.ts'
import type { Database } from './sqlite/database.ts'
import { reasonOf, StateFileError } from './sqlite/failure.ts'
import { openStateFile } from './sqlite/state-file.ts'
import { countLostOperations, loseUnreadableKeys } from './sqlite/unreadable.ts'
import { createFileStores, createMemoryStores, createRedisStores, type Secrets, type Stores } from './stores.ts'

/** The state of a serving process, where the configuration puts it. */
export interface State {
  readonly stores: Stores
  /** For rate limits that all replicas share. */
  readonly redis: Redis | Cluster | null
  /** Null if the stores are in memory. */
  readonly status: StateStatus | null
  close(): void
}

/** Throws a StateFileError if the configured file cannot be used. A Redis that is away is no failure. */
export async function openState (config: Config, clock: Clock, logger: Logger): Promise<State> {
  const { redis: settings, redisCa: ca, state, secret: [secret, ...older] = [] } = config
  const accounts = config.accounts.map(({ id }) => id)
  if (secret !== undefined && state !== undefined) {
    return openFile({ file: state.file, accounts, clock, logger, secrets: [secret, ...older] })
  }
  if (secret !== undefined && settings !== undefined) {
    const { connectRedis } = await import('./redis/connection.ts')
    const { redis, status, close } = await connectRedis({ settings, ca, accounts, logger })
    return { stores: createRedisStores(redis, [secret, ...older]), redis, status, close }
  }
  logger.warn('operations, idempotency keys, sign-ins and quotas are kept in memory and lost when this process ends; ' +
    'configure state.file or redis to keep them')
  return { stores: createMemoryStores(clock), redis: null, status: null, close: () => {} }
}

interface FileParts {
  readonly file: string
  readonly accounts: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  readonly secrets: Secrets
}

function openFile ({ secrets, ...parts }: FileParts): State {
  const { database, now, status, close } = openStateFile(parts)
  try {
    reportUnreadable(database, secrets, { now: now(), logger: parts.logger })
  } catch (error) {
    close()
    throw new StateFileError(reasonOf(error) ?? String(error))
  }
  return { stores: createFileStores(database, now, secrets), redis: null, status, close }
}

/** What a secret sealed that is no longer configured. A key that cannot be read must not count as unused. */
function reportUnreadable (database: Database, secrets: Secrets, { now, logger }: { now: number, logger: Logger }): void {
  const operations = countLostOperations(database, secrets)
  if (operations > 0) {
    logger.error({ operations }, 'open operations in the state file cannot be read with the configured secret, and are not followed')
  }
  const accounts = loseUnreadableKeys(database, secrets, now)
  if (accounts.length === 0) return
  logger.error({ accounts }, 'idempotency keys in the state file cannot be read with the configured secret: put the earlier secret ' +
    'beside the new one for a day; creates with a key are refused until hawser state acknowledge ACCOUNT')
}
