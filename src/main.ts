import { pino, type Logger } from 'pino'
import { registry } from './adapters/registry.ts'
import { checkAccounts, createKey, createToken } from './commands.ts'
import { openAccounts } from './accounts.ts'
import { compose, type Composed } from './compose.ts'
import { ConfigError, loadConfig, type Config } from './config/load.ts'
import { createMemoryBuckets } from './state/token-bucket.ts'
import { connectRedis, type RedisLine } from './state/redis/connection.ts'
import { createReloader } from './reloader.ts'
import { createMemoryStores, createRedisStores } from './state/stores.ts'
import { auditOnStandardOutput, openAuditFile } from './telemetry/audit-file.ts'
import { silentObserver } from './telemetry/observer.ts'
import { openTracing } from './telemetry/tracing.ts'
import { createMemoryTokenStore } from './state/memory/token-store.ts'
import { version } from './version.ts'

const usage = `usage: HAWSER_CONFIG=<file> node dist/src/main.js [command]

without a command   the server
check               signs in to every account, lists one server each, prints a table; fails where one fails
key                 prints a new key and what the configuration says of it
vmmanager-token ACCOUNT --expires DATE
                    makes a token of the provider's that lives until that day, and prints it once
`

async function main (words: readonly string[]): Promise<number> {
  const [command, ...rest] = words
  if (command === 'key' && rest.length === 0) {
    process.stdout.write(createKey())
    return 0
  }
  const file = process.env.HAWSER_CONFIG
  if (!isKnown(command, rest) || file === undefined || file === '') {
    process.stderr.write(isKnown(command, rest) ? 'HAWSER_CONFIG is not set\n\n' : `there is no such command: ${words.join(' ')}\n\n`)
    process.stderr.write(usage)
    return 2
  }
  const hangUp = command === undefined ? listenToHangUp() : null
  const config = readConfig(file)
  if (config === null) return 1
  if (hangUp === null) return await runOnce(config, rest)
  const logger = pino({ level: config.log.level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: toLoggedError } })
  warnOf(config, logger)
  await serve(config, { file, logger, hangUp })
  return 0
}

/** From the beginning, because SIGHUP ends a process that does not listen to it; one that came too early is told later. */
function listenToHangUp (): HangUp {
  let isMissed = false
  let tell = (): void => { isMissed = true }
  process.on('SIGHUP', () => { tell() })
  return {
    handOver: reload => {
      tell = reload
      if (isMissed) reload()
    }
  }
}

/** No other members: errors of the Redis client hold the command that failed, and with it the password of a sign-in. */
function toLoggedError (error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack }
}

const isKnown = (command: string | undefined, rest: readonly string[]): boolean =>
  command === undefined || (command === 'check' && rest.length === 0) || (command === 'vmmanager-token' && rest.length === 3 && rest[1] === '--expires')

/** The commands that ask providers and end. */
async function runOnce (config: Config, rest: readonly string[]): Promise<number> {
  const opened = openAccounts(config.accounts, { tokens: createMemoryTokenStore(), buckets: createMemoryBuckets(), observer: silentObserver, secret: config.secret?.[0] ?? '', report: () => {} })
  const accounts = opened.map(({ account }) => account)
  try {
    const [id, , expires = ''] = rest
    if (id === undefined) {
      const { table, isSound } = await checkAccounts(accounts)
      process.stdout.write(table)
      return isSound ? 0 : 1
    }
    const account = accounts.find(candidate => candidate.id === id)
    if (account === undefined) throw new Error(`there is no account ${id}`)
    process.stdout.write(`${await createToken(account, expires)}\n`)
    return 0
  } finally {
    await Promise.all(opened.map(async one => { await one.close() }))
  }
}

function readConfig (file: string): Config | null {
  try {
    return loadConfig(file, registry, process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`The configuration is not valid:\n${error.message}\n`)
    return null
  }
}

/** What a production would not want is said aloud. */
function warnOf (config: Config, logger: Logger): void {
  for (const { id, common } of config.accounts) {
    if (common.tls.insecure_skip_verify) logger.warn({ account: id }, 'the provider\'s TLS certificate is not verified')
  }
}

interface HangUp {
  /** What SIGHUP does from now on. */
  handOver(reload: () => void): void
}

interface Serving {
  readonly file: string
  readonly logger: Logger
  readonly hangUp: HangUp
}

async function serve (config: Config, { file, logger, hangUp }: Serving): Promise<void> {
  let serving = false
  const audit = config.audit === undefined ? auditOnStandardOutput() : openAuditFile(config.audit.file)
  const tracer = await openTracing({ environment: process.env, version, warn: text => { logger.warn(text) } })
  const { redis: settings, redisCa: ca } = config
  const line = settings === undefined ? null : await connectRedis({ settings, ca, accounts: config.accounts.map(({ id }) => id), logger })
  const [secret, ...older] = config.secret ?? []
  const composed = await compose({
    config,
    adapters: registry.values(),
    stores: line === null || secret === undefined ? createMemoryStores() : createRedisStores(line.redis, [secret, ...older]),
    isServing: () => serving,
    isRedisThere: line?.isThere ?? null,
    redis: line?.redis ?? null,
    audit,
    tracer,
    logger
  })
  await composed.app.listen({ host: config.listen.host, port: config.listen.port })
  serving = true
  const load = (): Config => loadConfig(file, registry, process.env)
  const reloader = createReloader({ config, load, composed, audit, logger, onApplied: next => { warnOf(next, logger) } })
  const stop = stopper({ composed, line, logger, graceMs: () => reloader.config().shutdown_grace_ms, onStop: () => { serving = false; reloader.stop() } })
  hangUp.handOver(reloader.reload)
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
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

main(process.argv.slice(2)).then(code => { if (code !== 0) process.exitCode = code }, (error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`It could not be done: ${reason}\n`)
  process.exitCode = 1
})
