import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Logger } from 'pino'
import { readRedisUrl, type RedisPlace, type RedisSettings } from '../../config/redis.ts'
import type { StateStatus } from '../../domain/state-status.ts'
import { watchRedis } from './watch.ts'

export interface RedisConnection {
  readonly redis: Redis | Cluster
  /** Available: Redis accepts the gateway's writes. */
  readonly status: StateStatus
  close(): void
}

export interface RedisParts {
  readonly settings: RedisSettings
  /** PEM text of `tls.ca_file`. */
  readonly ca: string | null
  /** Account ids: a cluster keeps each account in one of its slots. */
  readonly accounts: readonly string[]
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

/** How long the start waits for Redis; afterwards the gateway serves without it. */
const startMs = 3000

/** A connection that reconnects indefinitely. Never throws for failures of Redis: they are visible in `status` and in the log. */
export async function connectRedis ({ settings, ca, accounts, logger }: RedisParts): Promise<RedisConnection> {
  const target = readTarget(settings, ca)
  const redis = createClient(settings, target)
  const watch = watchRedis({ redis, accounts, logger, explain: async () => await diagnose(target) })
  redis.connect().catch(() => {})
  await Promise.race([watch.firstCheck, new Promise(resolve => { setTimeout(resolve, startMs).unref() })])
  return {
    redis,
    status: watch.status,
    close: () => {
      watch.stop()
      redis.disconnect()
    }
  }
}

const retryAfter = (times: number): number => Math.min(times * 100, 1000)

/**
 * An unavailable Redis fails commands at once; none is queued or repeated, and the gateway continues without it. A silent connection is
 * closed: its host may be gone, and another may have taken over. So is one to a master that has become a replica.
 */
const options = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 1000,
  connectTimeout: 2000,
  socketTimeout: 3000,
  maxLoadingRetryTime: 1000,
  // It would require two more rights of the Redis user.
  disableClientInfo: true,
  retryStrategy: retryAfter,
  reconnectOnError: (error: Error): boolean => error.message.startsWith('READONLY')
} as const satisfies RedisOptions

interface Target {
  readonly places: readonly RedisPlace[]
  readonly first: RedisPlace
  readonly defaultPort: number
  readonly tls: { readonly rejectUnauthorized: true, readonly ca?: string } | null
}

function readTarget (settings: RedisSettings, ca: string | null): Target {
  const urls = 'url' in settings ? [settings.url] : 'cluster' in settings ? settings.cluster : settings.sentinels
  const places = urls.map(readRedisUrl)
  const [first] = places
  if (first === undefined) throw new Error('no Redis is configured')
  const isTls = settings.tls !== undefined || first.isTls
  // Set explicitly: no environment variable may disable verification.
  const tls = isTls ? { rejectUnauthorized: true as const, ...(ca === null ? {} : { ca }) } : null
  return { places, first, defaultPort: 'sentinels' in settings ? 26_379 : 6379, tls }
}

function createClient (settings: RedisSettings, { places, first, defaultPort, tls }: Target): Redis | Cluster {
  const { username, password, database: db } = first
  const nodes = places.map(({ host, port }) => ({ host, port: port ?? defaultPort }))
  const secure = tls === null ? {} : { tls }
  if ('url' in settings) return new Redis({ ...options, ...secure, ...nodes[0], username, password, db })
  if ('cluster' in settings) return createCluster(nodes, { ...secure, username, password })
  return new Redis({
    ...options,
    ...(tls === null ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinels: nodes,
    name: settings.name,
    sentinelUsername: username,
    sentinelPassword: password,
    sentinelCommandTimeout: 1000,
    sentinelRetryStrategy: retryAfter,
    username: settings.username,
    password: settings.password
  })
}

type Access = Pick<RedisOptions, 'tls' | 'username' | 'password'>

const createCluster = (nodes: Array<{ host: string, port: number }>, access: Access): Cluster =>
  new Cluster(nodes, {
    lazyConnect: true,
    enableOfflineQueue: false,
    redisOptions: { ...options, ...access },
    clusterRetryStrategy: retryAfter,
    // Ten tries, a tenth of a second apart: as long as one command may take.
    maxRedirections: 10,
    slotsRefreshInterval: 5000,
    slotsRefreshTimeout: 2000,
    // Host names are not resolved: the certificate is verified against the configured name.
    dnsLookup: (host, answer) => { answer(null, host) }
  })

/** Connects to the first configured host, for the reason of a failure; null if that succeeds. */
const diagnose = async ({ first: { host, port }, defaultPort, tls }: Target): Promise<string | null> => await new Promise(resolve => {
  const address = { host, port: port ?? defaultPort }
  const socket = tls === null ? connectTcp(address) : connectTls({ ...tls, ...address })
  const end = (reason: string | null): void => {
    socket.destroy()
    resolve(reason)
  }
  socket.setTimeout(options.connectTimeout, () => { end(`no answer from ${host}`) })
  socket.once('error', error => { end(error.message) })
  socket.once(tls === null ? 'connect' : 'secureConnect', () => { end(null) })
})
