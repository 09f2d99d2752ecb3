import { pino, type Logger } from 'pino'

export interface Log {
  readonly logger: Logger
  /** Writes the waiting lines. */
  flush(): void
}

/** More than this is written at once. */
const mostWaiting = 8 * 1024

/** JSON lines on standard output. Those of one turn of the event loop are written together, because each write is a call of the system. */
export function createLog (level: string): Log {
  const output = pino.destination({ fd: 1, sync: true })
  // Collected here: the destination would measure and flatten its text again for each line.
  let waiting = ''
  const flush = (): void => {
    const lines = waiting
    waiting = ''
    if (lines !== '') output.write(lines)
  }
  const write = (line: string): void => {
    if (waiting === '') setImmediate(flush)
    waiting += line
    if (waiting.length > mostWaiting) flush()
  }
  const options = { level, base: null, timestamp: createTimestamp(), serializers: { err: toLoggedError } }
  return { logger: pino(options, { write }), flush }
}

/** RFC 3339, made once for all lines of a millisecond. */
function createTimestamp (): () => string {
  let at = 0
  let member = ''
  return () => {
    const now = Date.now()
    if (now !== at) [at, member] = [now, `,"time":"${new Date(now).toISOString()}"`]
    return member
  }
}

/** No other members: errors of the Redis client hold the failed command, including the password of a sign-in. */
function toLoggedError (error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack }
}
