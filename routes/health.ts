import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { z } from 'zod'
import { jsonAnswer, noQuery, openProblems } from './schemas.ts'

export interface Readiness {
  /** False before start-up is complete and while stopping. */
  readonly isServing: () => boolean
  /** Null if Redis is not configured. */
  readonly isRedisThere: (() => boolean) | null
  /** Accounts whose creates with an Idempotency-Key are refused until an operator acknowledges a flush of Redis. */
  readonly flushed: () => readonly string[]
}

const liveSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Live', example: { status: 'ok' } })
const readySchema = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  redis: z.enum(['ok', 'lost']).nullable(),
  flushed_accounts: z.array(z.string()).optional().meta({
    description: 'Accounts whose idempotency keys Redis has lost: creates with a key are refused until an operator acknowledges the loss. Absent if there are none'
  })
}).meta({ id: 'Ready', example: { status: 'ok', redis: null } })

/**
 * For load balancers and supervisors. Without Redis the gateway is degraded, not unready: otherwise all replicas would leave the balancer
 * at once.
 */
export async function healthRoutes (root: FastifyInstance, { isServing, isRedisThere, flushed }: Readiness): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/health/live', {
    schema: {
      operationId: 'getLiveness',
      summary: 'Check liveness',
      description: 'Returns 200 while the process is running.',
      tags: ['Gateway'],
      security: [],
      querystring: noQuery,
      response: { 200: jsonAnswer('The process is running', liveSchema), ...openProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => await reply.send({ status: 'ok' }))

  app.get('/health/ready', {
    schema: {
      operationId: 'getReadiness',
      summary: 'Check readiness',
      description: 'Returns 200 when the gateway accepts requests, even if it is degraded, and 503 while it starts or stops.',
      tags: ['Gateway'],
      security: [],
      querystring: noQuery,
      response: { 200: jsonAnswer('Ready, possibly degraded', readySchema), ...openProblems(), 503: jsonAnswer('Starting or stopping', readySchema) }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => {
    const redis = isRedisThere === null ? null : isRedisThere() ? 'ok' as const : 'lost' as const
    const accounts = flushed()
    const why = { redis, ...(accounts.length === 0 ? {} : { flushed_accounts: [...accounts] }) }
    if (!isServing()) return await reply.status(503).send({ status: 'unavailable', ...why })
    return await reply.send({ status: redis === 'lost' || accounts.length > 0 ? 'degraded' : 'ok', ...why })
  })
}
