import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { z } from 'zod'
import { jsonAnswer, noQuery, openProblems } from './schemas.ts'

export interface Readiness {
  /** False before start-up is complete and while stopping. */
  readonly isServing: () => boolean
  /** Null where no Redis is configured. */
  readonly isRedisThere: (() => boolean) | null
}

const liveSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Live', example: { status: 'ok' } })
const readySchema = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  redis: z.enum(['ok', 'lost']).nullable()
}).meta({ id: 'Ready', example: { status: 'ok', redis: null } })

/** For balancers and supervisors. A lost Redis is degraded, not unready: else every replica would be dropped at once. */
export async function healthRoutes (root: FastifyInstance, { isServing, isRedisThere }: Readiness): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/health/live', {
    schema: {
      operationId: 'getLiveness',
      summary: 'The process lives',
      tags: ['Gateway'],
      security: [],
      querystring: noQuery,
      response: { 200: jsonAnswer('It lives', liveSchema), ...openProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => await reply.send({ status: 'ok' }))

  app.get('/health/ready', {
    schema: {
      operationId: 'getReadiness',
      summary: 'The gateway takes requests',
      tags: ['Gateway'],
      security: [],
      querystring: noQuery,
      response: { 200: jsonAnswer('Ready, also when degraded', readySchema), ...openProblems(), 503: jsonAnswer('Starting or stopping', readySchema) }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => {
    const redis = isRedisThere === null ? null : isRedisThere() ? 'ok' as const : 'lost' as const
    if (!isServing()) return await reply.status(503).send({ status: 'unavailable', redis })
    return await reply.send({ status: redis === 'lost' ? 'degraded' : 'ok', redis })
  })
}
