import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { z } from 'zod'
import { afterAction, type ActionRequest } from '../src/gateway/actions.js'
import { isFinal } from '../src/domain/operation.js'
import { preferredWaitS } from './prefer.js'
import { actionBody, forceBody, jsonAnswer, noQuery, operationSchema, serverParams, writeProblems } from './schemas.js'
import { accountOf, type RouteOptions } from './servers.js'

const aboutActions = 'Answers 202 with an operation as soon as the provider has accepted. With Prefer: wait=n the answer is held until ' +
  'the operation ends (200) or n seconds pass (202). Upstream calls: one, two where the server must be looked at first; each poll of a wait adds one.'

const schemaOf = <Body extends z.ZodType>(name: string, body: Body, summary: string) => ({
  operationId: `${name}Server`,
  summary,
  description: aboutActions,
  tags: ['Actions'],
  params: serverParams,
  querystring: noQuery,
  body,
  response: {
    200: jsonAnswer('The operation has ended within the time of Prefer: wait, well or not', operationSchema),
    202: jsonAnswer('Accepted; follow the operation', operationSchema),
    ...writeProblems()
  }
}) satisfies FastifyZodOpenApiSchema

/** What is done to a server as it stands: start, stop, reboot. */
export async function actionRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  const config = { permission: 'operate' } as const

  const run = async (request: FastifyRequest, reply: FastifyReply, wanted: ActionRequest): Promise<FastifyReply> => {
    const account = accountOf(request)
    const started = await gateway.actions.act(account, wanted, request.context)
    const waitS = preferredWaitS(request)
    const operation = waitS === null ? started : await gateway.actions.wait(account, started, { waitMs: waitS * 1000, pausesMs: afterAction }, request.context)
    if (waitS !== null) reply.header('preference-applied', `wait=${waitS}`)
    reply.header('location', `/v1/${account.id}/operations/${operation.id}`)
    if (!isFinal(operation.status)) reply.header('retry-after', '1')
    return await reply.status(waitS !== null && isFinal(operation.status) ? 200 : 202).send(operation)
  }

  app.post('/v1/:account/servers/:id/start', { config, schema: schemaOf('start', actionBody, 'Start a server') },
    async (request, reply) => await run(request, reply, { action: 'start', serverId: request.params.id, force: undefined }))
  app.post('/v1/:account/servers/:id/stop', { config, schema: schemaOf('stop', forceBody, 'Stop a server') },
    async (request, reply) => await run(request, reply, { action: 'stop', serverId: request.params.id, force: request.body?.force }))
  app.post('/v1/:account/servers/:id/reboot', { config, schema: schemaOf('reboot', forceBody, 'Restart a server') },
    async (request, reply) => await run(request, reply, { action: 'reboot', serverId: request.params.id, force: request.body?.force }))
}
