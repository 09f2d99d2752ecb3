import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { z } from 'zod'
import { noQuery } from '../src/domain/parameter.ts'
import type { StateStatus } from '../src/domain/state-status.ts'
import { jsonAnswer, openProblems } from './schemas.ts'

export interface Readiness {
  /** False before start-up is complete and while stopping. */
  readonly isServing: () => boolean
  /** Null if neither Redis nor a state file is configured. */
  readonly state: StateStatus | null
  /** Accounts whose creates with an Idempotency-Key are refused until an operator acknowledges that keys were lost. */
  readonly flushed: () => readonly string[]
}

const liveSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Live', example: { status: 'ok' } })
const readySchema = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  redis: z.enum(['ok', 'lost']).nullable(),
  state: z.enum(['ok', 'lost']).optional()
    .meta({ description: 'The state file; lost: it does not accept writes. Absent if none is configured' }),
  flushed_accounts: z.array(z.string()).optional().meta({
    description: 'Accounts whose idempotency keys were lost: creates with a key are refused until an operator acknowledges the loss. ' +
      'Absent if there are none'
  })
}).meta({ id: 'Ready', example: { status: 'ok', redis: null } })

/**
 * For load balancers and supervisors. Without its store the gateway is degraded, not unready: otherwise all replicas would leave the
 * balancer at once.
 */
export async function healthRoutes (root: FastifyInstance, { isServing, state, flushed }: Readiness): Promise<void> {
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
      response: {
        200: jsonAnswer('Ready, possibly degraded', readySchema),
        ...openProblems(),
        503: jsonAnswer('Starting or stopping', readySchema)
      }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => {
    const store = state === null || state.isAvailable() ? 'ok' : 'lost'
    const accounts = flushed()
    const why = {
      redis: state?.kind === 'redis' ? store : null,
      ...(state?.kind === 'file' ? { state: store } : {}),
      ...(accounts.length === 0 ? {} : { flushed_accounts: [...accounts] })
    } as const
    if (!isServing()) return await reply.status(503).send({ status: 'unavailable', ...why })
    return await reply.send({ status: store === 'lost' || accounts.length > 0 ? 'degraded' : 'ok', ...why })
  })
}
