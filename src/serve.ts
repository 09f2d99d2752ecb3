import type { Logger } from 'pino'
import { loadAdapters, loaders } from './adapters/registry.ts'
import { compose, type Composed } from './compose.ts'
import { loadConfig, type Config } from './config/load.ts'
import type { Environment } from './config/document.ts'
import { systemClock } from './domain/clock.ts'
import { createReloader } from './reloader.ts'
import { openState, type State } from './state/open-state.ts'
import { CommandError } from './terminal.ts'
import { auditOnStandardOutput, openAuditFile } from './telemetry/audit-file.ts'
import { createLog } from './telemetry/log.ts'
import { openTracing } from './telemetry/tracing.ts'
import { version } from './version.ts'

export interface Serving {
  readonly file: string
  readonly environment: Environment
  /** The handler of SIGHUP from now on. */
  readonly hangUp: { handOver(reload: () => void): void }
}

/** Runs the gateway until a signal ends it; resolves when it listens. Throws a CommandError if it cannot start, with everything closed. */
export async function serve (config: Config, { file, environment, hangUp }: Serving): Promise<void> {
  const { logger, flush } = createLog(config.log.level)
  process.once('exit', flush)
  warnOfUnverified(config, logger)
  let isServing = false
  const audit = config.audit === undefined ? auditOnStandardOutput() : openAudit(config.audit.file)
  const tracer = await openTracing({ environment, version, warn: text => { logger.warn(text) } })
  const state = await openConfiguredState(config, logger)
  const composed = await compose({
    config,
    adapters: async () => (await loadAdapters()).values(),
    stores: state.stores,
    isServing: () => isServing,
    state: state.status,
    redis: state.redis,
    audit,
    tracer,
    logger
  })
  try {
    await composed.app.listen({ host: config.listen.host, port: config.listen.port })
  } catch (error) {
    await composed.close()
    state.close()
    throw new CommandError(`cannot listen on ${config.listen.host}:${config.listen.port}: ${reasonOf(error)}`, 1)
  }
  // Only a serving process may follow operations at the providers.
  composed.begin()
  isServing = true
  const load = async (): Promise<Config> => await loadConfig(file, loaders, environment)
  const reloader = createReloader({ config, load, composed, audit, logger, onApplied: next => { warnOfUnverified(next, logger) } })
  const onStop = (): void => { isServing = false; reloader.stop() }
  const stop = stopper({ composed, state, logger, graceMs: () => reloader.config().shutdown_grace_ms, onStop })
  hangUp.handOver(reloader.reload)
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function openAudit (file: string): ReturnType<typeof openAuditFile> {
  try {
    return openAuditFile(file)
  } catch (error) {
    throw new CommandError(`the audit file cannot be opened: ${reasonOf(error)}`, 1)
  }
}

async function openConfiguredState (config: Config, logger: Logger): Promise<State> {
  try {
    return await openState(config, systemClock, logger)
  } catch (error) {
    if (config.state === undefined) throw error
    throw new CommandError(`the state file ${config.state.file} cannot be used: ${reasonOf(error)}`, 1)
  }
}

const listenFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'the port requires more privileges',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host'
}

function reasonOf (error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return listenFaults[code] ?? (error instanceof Error ? error.message : String(error))
}

/** Warns of settings that are unsuitable for production. */
function warnOfUnverified (config: Config, logger: Logger): void {
  for (const { id, common } of config.accounts) {
    if (common.tls.insecure_skip_verify) logger.warn({ account: id }, 'the provider\'s TLS certificate is not verified')
  }
}

interface Stopping {
  readonly composed: Composed
  readonly state: Pick<State, 'close'>
  readonly logger: Logger
  readonly graceMs: () => number
  readonly onStop: () => void
}

const lingerMs = 500

/** Stops accepting requests, lets those in flight finish within the grace period, then closes the app, the providers and the state. */
const stopper = ({ composed, state, logger, graceMs, onStop }: Stopping) => (): void => {
  onStop()
  logger.info('shutting down')
  const giveUp = setTimeout(() => {
    logger.warn('requests were still in flight at the end of the grace period')
    process.exit(1)
  }, graceMs())
  giveUp.unref()
  composed.close().then(() => {
    state.close()
    logger.info('shut down')
    // A collector that does not answer would keep the process alive.
    setTimeout(() => process.exit(), lingerMs).unref()
  }, (error: unknown) => {
    logger.error({ err: error }, 'shutdown failed')
    process.exitCode = 1
  })
}
