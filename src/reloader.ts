import type { Logger } from 'pino'
import type { Composed } from './compose.ts'
import type { Config } from './config/load.ts'
import { keysNeedingRestart } from './config/reload.ts'

export interface Reloading {
  readonly config: Config
  /** Reads the configuration anew; throws what is wrong with it, without values. */
  readonly load: () => Promise<Config>
  readonly composed: Pick<Composed, 'reload' | 'observer'>
  readonly audit: { reopen(): void }
  readonly logger: Logger
  /** Told of each configuration that is in force from now on. */
  readonly onApplied: (config: Config) => void
}

export interface Reloader {
  /** The configuration in force. */
  config(): Config
  reload(): void
  /** From now on nothing is reloaded. */
  stop(): void
}

/** Reads the file again and goes on with it, one reload after the other. What is wrong with it is logged, and the old configuration stays. */
export function createReloader ({ config: first, load, composed, audit, logger, onApplied }: Reloading): Reloader {
  let config = first
  let last = Promise.resolve()
  let isAsked = false
  let isStopped = false
  const refuse = (reason: string): void => {
    composed.observer.reloaded('refused')
    logger.error({ reason }, 'the configuration was not reloaded: the old one stays')
  }
  const reopen = (): void => {
    try { audit.reopen() } catch (error) { logger.error({ err: error }, 'the audit file could not be opened anew: the old one stays') }
  }
  const reload = async (): Promise<void> => {
    isAsked = false
    if (isStopped) return
    reopen()
    try {
      const next = await load()
      const fixed = keysNeedingRestart(config, next)
      if (fixed.length > 0) { refuse(`${fixed.join(', ')}: a change of this takes a restart`); return }
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
      // One that has not begun yet reads what is there then: it does for all who asked meanwhile.
      if (isAsked || isStopped) return
      isAsked = true
      last = last.then(reload)
    },
    stop: () => { isStopped = true }
  }
}
