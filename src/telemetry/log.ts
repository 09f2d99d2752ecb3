import { pino, type Logger } from 'pino'

export interface Log {
  readonly logger: Logger
  /** Writes the waiting lines. */
  flush(): void
}

/** More than this is written at once. */
const mostWaitingBytes = 8 * 1024

/** JSON lines on standard output. Those of one turn of the event loop are written together, because each write is a call of the system. */
export function createLog (level: string): Log {
  const output = pino.destination({ fd: 1, sync: true, minLength: mostWaitingBytes })
  let isWaiting = false
  const flush = (): void => {
    isWaiting = false
    output.flush()
  }
  const write = (line: string): void => {
    output.write(line)
    if (isWaiting) return
    isWaiting = true
    setImmediate(flush)
  }
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: toLoggedError } }
  return { logger: pino(options, { write }), flush }
}

/** No other members: errors of the Redis client hold the failed command, including the password of a sign-in. */
function toLoggedError (error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack }
}
