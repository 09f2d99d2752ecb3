import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { changeOrder, type Change } from '../src/execution/commands.ts'
import { UpstreamError } from '../src/domain/failure.ts'
import type { Server } from '../src/domain/server.ts'
import { isFinal } from '../src/domain/operation.ts'
import { costText, mayCost } from './cost.ts'
import { jsonAnswer, operationSchema, serverParams, writeProblems } from './schemas.ts'
import { accountOf, type RouteOptions } from './servers.ts'
import { answerOperation, waited } from './write.ts'
import { changeBody, serverOrOperationOrPlan, writeQuery } from './write-schemas.ts'

// OneCloud: a look and a write for each of the two, and a look at the end.
const config = mayCost('write', { calls: 5 })

/** A server's name and its protection. */
export async function changeRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.patch('/v1/:account/servers/:id', {
    config,
    schema: {
      operationId: 'changeServer',
      summary: 'Rename a server, or change its deletion protection',
      description: `Answers 200 with the server once the provider shows the change, else 202 with an operation. ${costText(config.upstream)}`,
      tags: ['Lifecycle'],
      params: serverParams,
      querystring: writeQuery,
      body: changeBody,
      response: {
        200: jsonAnswer('The server as it is now; or the operation has ended without success within the time of Prefer: wait; or the calls of a dry run', serverOrOperationOrPlan),
        202: jsonAnswer('Accepted, but not shown yet; follow the operation', operationSchema),
        ...writeProblems()
      }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const account = accountOf(request)
    const { id } = request.params
    const order = changeOrder(id, request.body)
    if (request.query.dry_run === true) return await reply.send({ calls: [...await gateway.writes.rehearse(account, order, request.context)] })
    const { operation: begun } = await gateway.writes.perform(account, order, request.context)
    const operation = await waited(gateway, begun, request, reply)
    if (isFinal(operation.status) && operation.status !== 'succeeded') return await answerOperation(reply, operation)
    const server = await seen(async () => await gateway.servers.look(account, id, request.context))
    return server !== null && shows(server, request.body) ? await reply.send(server) : await answerOperation(reply, operation)
  })
}

/** The change was accepted: a look that fails takes nothing from that, and the operation tells the rest. */
async function seen (look: () => Promise<Server>): Promise<Server | null> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}

const shows = (server: Server, { name, protected: isProtected }: Change): boolean =>
  (name === undefined || server.name === name) && (isProtected === undefined || server.protected === isProtected)
