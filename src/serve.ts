import { pino, type Logger } from 'pino'
import { loadAdapters } from './adapters/registry.ts'
import { compose, type Composed } from './compose.ts'
import type { Config } from './config/load.ts'
import { createReloader } from './reloader.ts'
import type { RedisLine } from './state/redis/connection.ts'
import { createMemoryStores, createRedisStores } from './state/stores.ts'
import { auditOnStandardOutput, openAuditFile } from './telemetry/audit-file.ts'
import { openTracing } from './telemetry/tracing.ts'
import { version } from './version.ts'

export interface ServingParts {
  readonly config: Config
  /** Reads the configuration again; throws its faults, without values. */
  readonly read: () => Promise<Config>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Takes what SIGHUP does from now on. */
  readonly onHangUp: (reload: () => void) => void
}

/**
 * Opens what the configuration names and listens; throws where that is not possible, with everything closed again.
 * Open operations are followed once the port is taken, so that a process that cannot serve sends nothing to a provider.
 */
export async function startServing ({ config, read, environment, onHangUp }: ServingParts): Promise<void> {
  const logger = pino({ level: config.log.level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: toLoggedError } })
  warnOf(config, logger)
  let isServing = false
  const audit = config.audit === undefined ? auditOnStandardOutput() : openAuditFile(config.audit.file)
  const tracer = await openTracing({ environment, version, warn: text => { logger.warn(text) } })
  const line = await openRedis(config, logger)
  const [secret, ...older] = config.secret ?? []
  const composed = await compose({
    config,
    loadAdapters: async () => (await loadAdapters()).values(),
    stores: line === null || secret === undefined ? createMemoryStores() : createRedisStores(line.redis, [secret, ...older]),
    isServing: () => isServing,
    isRedisThere: line?.isThere ?? null,
    redis: line?.redis ?? null,
    audit,
    tracer,
    logger
  })
  await listen(composed, line, config.listen)
  composed.follow()
  isServing = true
  const reloader = createReloader({ config, load: read, composed, audit, logger, onApplied: next => { warnOf(next, logger) } })
  const stop = stopper({ composed, line, logger, graceMs: () => reloader.config().shutdown_grace_ms, onStop: () => { isServing = false; reloader.stop() } })
  onHangUp(reloader.reload)
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

/** No other members: errors of the Redis client hold the command that failed, and with it the password of a sign-in. */
function toLoggedError (error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack }
}

function warnOf (config: Config, logger: Logger): void {
  for (const { id, common } of config.accounts) {
    if (common.tls.insecure_skip_verify) logger.warn({ account: id }, 'the provider\'s TLS certificate is not verified')
  }
}

async function openRedis ({ redis: settings, redisCa: ca, accounts }: Config, logger: Logger): Promise<RedisLine | null> {
  if (settings === undefined) return null
  const { connectRedis } = await import('./state/redis/connection.ts')
  return await connectRedis({ settings, ca, accounts: accounts.map(({ id }) => id), logger })
}

async function listen (composed: Composed, line: RedisLine | null, { host, port }: Config['listen']): Promise<void> {
  try {
    await composed.app.listen({ host, port })
  } catch (cause) {
    await composed.close()
    line?.close()
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new Error(code === 'EADDRINUSE' ? `${host}:${port} is in use by another process` : `cannot listen on ${host}:${port}: ${code}`, { cause })
  }
}

interface Stopping {
  readonly composed: Composed
  readonly line: RedisLine | null
  readonly logger: Logger
  readonly graceMs: () => number
  readonly onStop: () => void
}

const lingerMs = 500

/** Stops taking requests, lets those in flight end within the grace period, then closes the app, the providers and Redis. */
const stopper = ({ composed, line, logger, graceMs, onStop }: Stopping) => (): void => {
  onStop()
  logger.info('stopping')
  const giveUp = setTimeout(() => {
    logger.warn('requests were still in flight at the end of the grace period')
    process.exit(1)
  }, graceMs())
  giveUp.unref()
  composed.close().then(() => {
    line?.close()
    logger.info('stopped')
    // A collector that does not answer would keep the process.
    setTimeout(() => process.exit(), lingerMs).unref()
  }, (error: unknown) => {
    logger.error({ err: error }, 'could not stop in order')
    process.exitCode = 1
  })
}
