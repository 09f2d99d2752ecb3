import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'

export interface RateLimit {
  /** For each key; null: as many as it likes. */
  readonly perMinute: () => number | null
  /** The connection that replicas share, or null: each counts for itself. */
  readonly redis: unknown
}

const windowS = 60

/**
 * The number of requests a minute for each key, reported by `RateLimit` and `RateLimit-Policy` (the IETF draft's form). While Redis is
 * lost no key is counted: a limit must not become an outage.
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
    const left = Math.max(0, counted.remaining)
    reply.header('ratelimit-policy', `"key";q=${most};w=${windowS}`)
    reply.header('ratelimit', `"key";r=${left};t=${counted.ttlInSeconds}`)
    if (!counted.isExceeded) return
    throw new GatewayError('rate-limited', `this key may send ${most} requests a minute`, { retryAfterMs: Math.max(1, counted.ttlInSeconds) * 1000 })
  }
  app.addHook('onRequest', (request, reply, done) => {
    const most = perMinute()
    if (most === null || request.matched.config.permission === undefined) { done(); return }
    check(request, reply, most).then(() => { done() }, done)
  })
}
