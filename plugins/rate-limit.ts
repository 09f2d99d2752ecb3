import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'

export interface RateLimit {
  /** The limit of each key; null: none. */
  readonly perMinute: () => number | null
  /** The connection to the Redis in which all replicas count together; null: each process counts alone. */
  readonly redis: unknown
}

const windowS = 60

/**
 * Limits the requests a minute of each key, and reports the limit in `RateLimit` and `RateLimit-Policy` (as in the IETF draft). While Redis
 * is unreachable nothing is counted: a limit must not become an outage.
 */
export async function installRateLimit (app: FastifyInstance, { perMinute, redis }: RateLimit): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    skipOnError: true,
    nameSpace: 'hawser:rate:',
    ...(redis === null ? {} : { redis })
  })
  const count = app.createRateLimit({
    max: () => perMinute() ?? Number.MAX_SAFE_INTEGER,
    timeWindow: windowS * 1000,
    skipOnError: true,
    keyGenerator: request => request.context.principal.id
  })
  const check = async (request: FastifyRequest, reply: FastifyReply, most: number): Promise<void> => {
    const counted = await count(request)
    if (counted.isAllowed) return
    const remaining = Math.max(0, counted.remaining)
    reply.header('ratelimit-policy', `"key";q=${most};w=${windowS}`)
    reply.header('ratelimit', `"key";r=${remaining};t=${counted.ttlInSeconds}`)
    if (!counted.isExceeded) return
    const retryAfterMs = Math.max(1, counted.ttlInSeconds) * 1000
    throw new GatewayError('rate-limited', `this key may send ${most} requests a minute`, { retryAfterMs })
  }
  app.addHook('onRequest', (request, reply, done) => {
    const most = perMinute()
    if (most === null || request.matched.config.permission === undefined) { done(); return }
    check(request, reply, most).then(() => { done() }, done)
  })
}
