import type { FastifyRequest } from 'fastify'

const longestWaitS = 300

/** The seconds that the caller wants to wait (RFC 7240), at most 300; null where none or nonsense was said. */
export function preferredWaitS (request: FastifyRequest): number | null {
  const { prefer } = request.headers
  if (typeof prefer !== 'string') return null
  for (const part of prefer.split(/[,;]/)) {
    const seconds = /^\s*wait\s*=\s*"?(\d+)"?\s*$/i.exec(part)?.[1]
    if (seconds !== undefined) return Math.min(Number(seconds), longestWaitS)
  }
  return null
}
