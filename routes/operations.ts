import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { afterQuestion } from '../src/gateway/actions.js'
import { isFinal } from '../src/domain/operation.js'
import { preferredWaitS } from './prefer.js'
import { jsonAnswer, noQuery, operationParams, operationSchema, readProblems } from './schemas.js'
import { accountOf, type RouteOptions } from './servers.js'

/** What became of an accepted write. */
export async function operationRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/v1/:account/operations/:id', {
    config: { permission: 'read' },
    schema: {
      operationId: 'getOperation',
      summary: 'Get an operation, as the provider shows it now',
      description: 'Always 200, whatever the verdict. With Prefer: wait=n the answer is held until the operation ends or n seconds pass. Upstream calls: one, and one for each poll of a wait; one more where the provider tells the reason of a failed task apart.',
      tags: ['Operations'],
      params: operationParams,
      querystring: noQuery,
      response: { 200: jsonAnswer('The operation, ended or not', operationSchema), ...readProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const account = accountOf(request)
    const waitS = preferredWaitS(request)
    const { id } = request.params
    const operation = waitS === null || waitS === 0
      ? await gateway.actions.operation(account, id, request.context)
      : await gateway.actions.wait(account, await gateway.actions.known(account, id), { waitMs: waitS * 1000, pausesMs: afterQuestion }, request.context)
    if (waitS !== null) reply.header('preference-applied', `wait=${waitS}`)
    if (!isFinal(operation.status)) reply.header('retry-after', '1')
    return await reply.header('cache-control', 'no-store').send(operation)
  })
}
