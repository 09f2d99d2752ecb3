import { Cluster } from 'ioredis'
import type { StateStatus } from '../../domain/state-status.ts'
import { createAvailability, type Availability, type StateLogger } from '../availability.ts'
import { accountKey, type Connection } from './commands.ts'

export interface Watch {
  /** Available: the last check succeeded. */
  readonly status: StateStatus
  /** Resolves when the first check has ended. */
  readonly firstCheck: Promise<void>
  stop(): void
}

export interface WatchParts {
  readonly redis: Connection
  readonly accounts: readonly string[]
  readonly logger: Pick<StateLogger, 'info' | 'warn'>
  /** The reason why a connection fails; null if it succeeds. The client hides it for cluster members and sentinels. */
  readonly explain: () => Promise<string | null>
}

const checkEveryMs = 1000
const probeLastsMs = 60_000
// A connection proves little: a full, read-only or silent Redis accepts one, and so does a user without rights.
const probeScript = 'return redis.call("set", KEYS[1], "1", "PX", ARGV[1])'

/** Checks whether Redis accepts the gateway's writes: a small write each second, in a cluster one for each account. */
export function watchRedis ({ redis, accounts, logger, explain }: WatchParts): Watch {
  const availability = createAvailability('redis', logger)
  const report = createReport(availability, explain)
  const isEachProbed = redis instanceof Cluster && accounts.length > 0
  const probeKeys = isEachProbed ? accounts.map(account => accountKey(account, 'probe')) : ['hawser:probe']
  const settings = createSettingsCheck(redis, logger)
  let timer: NodeJS.Timeout | null = null
  let isStopped = false
  const first = Promise.withResolvers<void>()
  const lost = (error: Error): void => {
    if (isStopped) return
    report(reasonOf(error))
    first.resolve()
  }

  const check = async (): Promise<void> => {
    try {
      await Promise.all(probeKeys.map(async key => await redis.eval(probeScript, 1, key, String(probeLastsMs))))
      if (isStopped) return
      if (availability.markAvailable()) await settings()
      first.resolve()
    } catch (error) {
      lost(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const next = (ms: number): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      const checking = redis.status === 'ready' ? check() : Promise.resolve()
      checking.finally(() => { if (!isStopped) next(checkEveryMs) })
    }, ms).unref()
  }

  redis.on('error', lost)
  redis.on('close', () => { lost(new Error('the connection was closed')) })
  redis.on('ready', () => { if (!isStopped) next(0) })
  next(checkEveryMs)
  return {
    status: { kind: 'redis', isAvailable: () => redis.status === 'ready' && availability.isAvailable() },
    firstCheck: first.promise,
    stop: () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
    }
  }
}

/** The client hides why it closes a connection: then a connection of our own finds out. */
const createReport = (availability: Availability, explain: WatchParts['explain']) => (reason: string): void => {
  availability.markUnavailable()
  if (!/closed/.test(reason)) return availability.logReason(reason)
  if (availability.isLogged()) return
  explain().then(why => { availability.logReason(why ?? reason) }, () => { availability.logReason(reason) })
}

/** The message alone: errors of the client also hold the failed command with all its arguments. */
const reasonOf = (error: Error): string =>
  'lastNodeError' in error && error.lastNodeError instanceof Error ? `${error.message} ${error.lastNodeError.message}` : error.message

/** Warns once of settings under which Redis forgets acknowledged writes; silent if this user may not read them. */
function createSettingsCheck (redis: Connection, logger: WatchParts['logger']): () => Promise<void> {
  const logged = new Set<string>()
  const warn = (setting: string, message: string): void => {
    if (logged.has(setting)) return
    logged.add(setting)
    logger.warn({ setting }, message)
  }
  return async () => {
    const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis]
    await Promise.all(nodes.map(async node => {
      try {
        const policy = /^maxmemory_policy:(\S+)/m.exec(await node.info('memory'))?.[1] ?? 'noeviction'
        if (policy !== 'noeviction') {
          const risk = 'redis may evict keys, and one Idempotency-Key may then buy twice; set maxmemory-policy noeviction'
          warn(`maxmemory-policy ${policy}`, risk)
        }
        const persistence = await node.info('persistence')
        if (/^aof_enabled:0/m.test(persistence)) {
          warn('appendonly no', 'redis loses acknowledged writes when it crashes; set appendonly yes')
        }
      } catch {
        // The check is optional, and so is the right to make it.
      }
    }))
  }
}
