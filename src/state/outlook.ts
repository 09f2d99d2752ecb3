import type { Logger } from 'pino'

export type StateLogger = Pick<Logger, 'info' | 'warn' | 'error'>

/** Whether a store accepts writes, as last seen. Each reason of an outage is logged once, no matter how often it occurs. */
export interface Outlook {
  isThere(): boolean
  /** True if it was unavailable before. */
  there(): boolean
  lost(): void
  /** Logs the reason of an outage. */
  log(reason: string): void
  /** Whether a reason of the present outage is logged. */
  isLogged(): boolean
}

const mostReasons = 10

export function createOutlook (name: string, logger: Pick<StateLogger, 'info' | 'warn'>, isThereAtFirst = false): Outlook {
  let isThere = isThereAtFirst
  const logged = new Set<string>()
  return {
    isThere: () => isThere,
    there: () => {
      if (isThere) return false
      isThere = true
      logged.clear()
      logger.info(`${name} is available`)
      return true
    },
    lost: () => { isThere = false },
    log: reason => {
      const kind = reason.replace(/\d+/g, '')
      if (isThere || logged.has(kind) || logged.size >= mostReasons) return
      logged.add(kind)
      logger.warn({ reason }, `${name} is unavailable`)
    },
    isLogged: () => logged.size > 0
  }
}
