import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.js'

export interface RateLimit {
  /** For each key. */
  readonly perMinute: number
  /** The connection that replicas share, or null: each counts for itself. */
  readonly redis: unknown
}

const windowS = 60

/**
 * So many requests a minute for each key, told by `RateLimit` and `RateLimit-Policy` (the IETF draft's form). While Redis is lost
 * nobody is counted: a limit must not become an outage.
 */
export async function installRateLimit (app: FastifyInstance, { perMinute, redis }: RateLimit): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    skipOnError: true,
    nameSpace: 'hawser:rate:',
    ...(redis === null ? {} : { redis })
  })
  const count = app.createRateLimit({
    max: perMinute,
    timeWindow: windowS * 1000,
    skipOnError: true,
    keyGenerator: request => request.context.principal.name
  })
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.permission === undefined) return
    const counted = await count(request)
    if (counted.isAllowed) return
    const left = Math.max(0, counted.remaining)
    reply.header('ratelimit-policy', `"key";q=${perMinute};w=${windowS}`)
    reply.header('ratelimit', `"key";r=${left};t=${counted.ttlInSeconds}`)
    if (!counted.isExceeded) return
    throw new GatewayError('rate-limited', `this key may send ${perMinute} requests a minute`, { retryAfterMs: Math.max(1, counted.ttlInSeconds) * 1000 })
  })
}
