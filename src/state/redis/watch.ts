import { Cluster, type Redis } from 'ioredis'
import { createOutlook, type Outlook, type StateLogger } from '../outlook.ts'

export interface Watch {
  /** Resolves when the first check has ended. */
  readonly firstLook: Promise<void>
  isThere(): boolean
  stop(): void
}

export interface WatchParts {
  readonly redis: Redis | Cluster
  readonly accounts: readonly string[]
  readonly logger: Pick<StateLogger, 'info' | 'warn'>
  /** The reason why a connection fails; null if it succeeds. The client hides it for cluster members and sentinels. */
  readonly explain: () => Promise<string | null>
}

const lookEveryMs = 1000
const probeLastsMs = 60_000
// A connection proves little: a full, read-only or silent Redis accepts one, and so does a user without rights.
const probeScript = 'return redis.call("set", KEYS[1], "1", "PX", ARGV[1])'

/** Checks whether Redis accepts the gateway's writes: a small write each second, in a cluster one for each account. */
export function watchRedis ({ redis, accounts, logger, explain }: WatchParts): Watch {
  const outlook = createOutlook('redis', logger)
  const report = createReport(outlook, explain)
  const places = redis instanceof Cluster && accounts.length > 0 ? accounts.map(account => `hawser:{${account}}:probe`) : ['hawser:probe']
  const settings = createSettingsCheck(redis, logger)
  let timer: NodeJS.Timeout | null = null
  let isStopped = false
  let settle = (): void => {}
  const firstLook = new Promise<void>(resolve => { settle = resolve })
  const lost = (error: Error): void => {
    if (isStopped) return
    report(reasonOf(error))
    settle()
  }

  const look = async (): Promise<void> => {
    try {
      await Promise.all(places.map(async place => await redis.eval(probeScript, 1, place, String(probeLastsMs))))
      if (isStopped) return
      if (outlook.there()) await settings()
      settle()
    } catch (error) {
      lost(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const next = (ms: number): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      const looking = redis.status === 'ready' ? look() : Promise.resolve()
      looking.finally(() => { if (!isStopped) next(lookEveryMs) })
    }, ms).unref()
  }

  redis.on('error', lost)
  redis.on('close', () => { lost(new Error('the connection was closed')) })
  redis.on('ready', () => { if (!isStopped) next(0) })
  next(lookEveryMs)
  return {
    firstLook,
    isThere: () => redis.status === 'ready' && outlook.isThere(),
    stop: () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
    }
  }
}

/** The client hides why it closes a connection: then a connection of our own finds out. */
const createReport = (outlook: Outlook, explain: WatchParts['explain']) => (reason: string): void => {
  outlook.lost()
  if (!/closed/.test(reason)) return outlook.log(reason)
  if (outlook.isLogged()) return
  explain().then(why => { outlook.log(why ?? reason) }, () => { outlook.log(reason) })
}

/** The message alone: errors of the client also hold the failed command with all its arguments. */
const reasonOf = (error: Error): string =>
  'lastNodeError' in error && error.lastNodeError instanceof Error ? `${error.message} ${error.lastNodeError.message}` : error.message

/** Warns once of settings under which Redis forgets acknowledged writes; silent if this user may not read them. */
function createSettingsCheck (redis: Redis | Cluster, logger: WatchParts['logger']): () => Promise<void> {
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
        if (policy !== 'noeviction') warn(`maxmemory-policy ${policy}`, 'redis may evict keys, and one Idempotency-Key may then buy twice; set maxmemory-policy noeviction')
        if (/^aof_enabled:0/m.test(await node.info('persistence'))) warn('appendonly no', 'redis loses acknowledged writes when it crashes; set appendonly yes')
      } catch {
        // The check is optional, and so is the right to make it.
      }
    }))
  }
}
