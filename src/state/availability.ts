import type { Logger } from 'pino'
import type { StateStatus } from '../domain/state-status.ts'

export type StateLogger = Pick<Logger, 'info' | 'warn' | 'error'>

/**
 * Whether a store accepts writes, as last seen: a file that was opened does, Redis must be tried first. Each reason of an outage is logged
 * once, no matter how often it occurs.
 */
export interface Availability extends StateStatus {
  /** True if it was unavailable before. */
  markAvailable(): boolean
  markUnavailable(): void
  /** Logs the reason of an outage. */
  logReason(reason: string): void
  /** Whether a reason of the present outage is logged. */
  isLogged(): boolean
}

const mostReasons = 10
const names = { redis: 'redis', file: 'the state file' } as const

export function createAvailability (kind: StateStatus['kind'], logger: Pick<StateLogger, 'info' | 'warn'>): Availability {
  let isAvailable = kind === 'file'
  const logged = new Set<string>()
  return {
    kind,
    isAvailable: () => isAvailable,
    markAvailable: () => {
      if (isAvailable) return false
      isAvailable = true
      logged.clear()
      logger.info(`${names[kind]} is available`)
      return true
    },
    markUnavailable: () => { isAvailable = false },
    logReason: reason => {
      const template = reason.replace(/\d+/g, '')
      if (isAvailable || logged.has(template) || logged.size >= mostReasons) return
      logged.add(template)
      logger.warn({ reason }, `${names[kind]} is unavailable`)
    },
    isLogged: () => logged.size > 0
  }
}
