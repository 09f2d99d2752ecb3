import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Composed } from './compose.ts'
import type { Config } from './config/load.ts'

export interface Reloading {
  readonly config: Config
  /** Reads the configuration again; throws its faults, without values. */
  readonly load: () => Promise<Config>
  readonly composed: Pick<Composed, 'reload' | 'observer'>
  readonly audit: { reopen(): void }
  readonly logger: Logger
  /** Called with each new configuration. */
  readonly onApplied: (config: Config) => void
}

export interface Reloader {
  /** The current configuration. */
  config(): Config
  reload(): void
  /** Ignores reloads from now on. */
  stop(): void
}

/** Keys that a process applies only when it starts. */
const fixedKeys = ['listen', 'state', 'redis', 'secret', 'audit', 'metrics'] as const

/** Reads the file again and applies it, one reload at a time. An invalid configuration is logged, and the old one stays active. */
export function createReloader ({ config: first, load, composed, audit, logger, onApplied }: Reloading): Reloader {
  let config = first
  let last = Promise.resolve()
  let isAsked = false
  let isStopped = false
  const refuse = (reason: string): void => {
    composed.observer.reloaded('refused')
    logger.error({ reason }, 'the configuration was not reloaded; the old one stays active')
  }
  const reopen = (): void => {
    try { audit.reopen() } catch (error) { logger.error({ err: error }, 'the audit file could not be reopened; the old one stays in use') }
  }
  const reload = async (): Promise<void> => {
    isAsked = false
    if (isStopped) return
    reopen()
    try {
      const next = await load()
      const changed = fixedKeys.filter(key => !isDeepStrictEqual(config[key], next[key]))
      if (changed.length > 0) { refuse(`${changed.join(', ')}: changes require a restart`); return }
      await composed.reload(next)
      config = next
      logger.level = next.log.level
      onApplied(next)
      composed.observer.reloaded('applied')
      logger.info({ accounts: next.accounts.length }, 'the configuration was reloaded')
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error))
    }
  }
  return {
    config: () => config,
    reload: () => {
      // A reload that has not begun yet will read the present file.
      if (isAsked || isStopped) return
      isAsked = true
      last = last.then(reload)
    },
    stop: () => { isStopped = true }
  }
}
