import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { z } from 'zod'
import { actionOrder } from '../src/execution/commands.ts'
import { costText, mayCost } from './cost.ts'
import { actionBody, forceBody, jsonAnswer, operationSchema, serverParams, writeProblems } from './schemas.ts'
import type { RouteOptions } from './servers.ts'
import { answerWrite } from './write.ts'
import { operationOrPlan, writeQuery } from './write-schemas.ts'

// OneCloud looks at the server before; after a refusal that may mean that there is no such function it is looked at too.
const config = mayCost('operate', { calls: 2 })

const schemaOf = <Body extends z.ZodType>(name: string, body: Body, summary: string) => ({
  operationId: `${name}Server`,
  summary,
  description: `Answers 202 with an operation as soon as the provider has accepted. ${costText(config.upstream)}`,
  tags: ['Power'],
  params: serverParams,
  querystring: writeQuery,
  body,
  response: {
    200: jsonAnswer('The operation has ended within the time of Prefer: wait, well or not; or the calls of a dry run', operationOrPlan),
    202: jsonAnswer('Accepted; follow the operation', operationSchema),
    ...writeProblems()
  }
}) satisfies FastifyZodOpenApiSchema

/** What is done to a server as it stands: start, stop, reboot. */
export async function actionRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.post('/v1/:account/servers/:id/start', { config, schema: schemaOf('start', actionBody, 'Start a server') }, async (request, reply) =>
    await answerWrite(gateway, { order: actionOrder('start', request.params.id, undefined), isDryRun: request.query.dry_run }, request, reply))
  app.post('/v1/:account/servers/:id/stop', { config, schema: schemaOf('stop', forceBody, 'Stop a server') }, async (request, reply) =>
    await answerWrite(gateway, { order: actionOrder('stop', request.params.id, request.body?.force), isDryRun: request.query.dry_run }, request, reply))
  app.post('/v1/:account/servers/:id/reboot', { config, schema: schemaOf('reboot', forceBody, 'Restart a server') }, async (request, reply) =>
    await answerWrite(gateway, { order: actionOrder('reboot', request.params.id, request.body?.force), isDryRun: request.query.dry_run }, request, reply))
}
