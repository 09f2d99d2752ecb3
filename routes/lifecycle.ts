import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { z } from 'zod'
import { createSpecSchema, rebuildSpecSchema, resizeSpecSchema } from '../src/domain/spec.ts'
import { createOrder, deleteOrder, passwordOrder, rebuildOrder, rescueOrder, resizeOrder } from '../src/execution/commands.ts'
import { costText, mayCost, type UpstreamCost } from './cost.ts'
import { accountParams, jsonAnswer, operationSchema, serverParams, writeProblems } from './schemas.ts'
import type { RouteOptions } from './servers.ts'
import { answerWrite } from './write.ts'
import {
  confirmedQuery, deleteQuery, noBody, operationOrPlan, passwordAnswer, passwordBody, passwordedOperationOrPlan, passwordedOperationSchema, writeQuery
} from './write-schemas.ts'

const endedText = 'The operation has ended within the time of Prefer: wait, well or not; or the calls of a dry run'

/** Of verbs with which some providers make a password. Made anew for each route: Fastify writes into it. */
const passworded = () => ({
  200: jsonAnswer(endedText, passwordedOperationOrPlan),
  202: jsonAnswer('Accepted; follow the operation', passwordedOperationSchema)
})

interface Described<Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly operationId: string
  readonly summary: string
  readonly about: string
  readonly upstream: UpstreamCost
  readonly params: Params
  readonly querystring: Query
}

const schemaOf = <Params extends z.ZodObject, Query extends z.ZodObject>({ operationId, summary, about, upstream, params, querystring }: Described<Params, Query>) => ({
  operationId,
  summary,
  description: `${about} Answers 202 with an operation as soon as the provider has accepted. ${costText(upstream)}`,
  tags: ['Life of a server'],
  params,
  querystring,
  response: {
    200: jsonAnswer(endedText, operationOrPlan),
    202: jsonAnswer('Accepted; follow the operation', operationSchema),
    ...writeProblems()
  }
}) satisfies FastifyZodOpenApiSchema

/** A server's life from create to delete. */
export async function lifecycleRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  const buying = mayCost('write', { calls: 2, perPage: 1 })
  app.post('/v1/:account/servers', {
    config: { ...buying, creates: true },
    schema: {
      ...schemaOf({
        operationId: 'createServer',
        summary: 'Create a server',
        about: 'Costs money at the provider. Send an Idempotency-Key: with it the request may be repeated after any fault and never buys two. What the provider honours stands in its capabilities; anything else is 400.',
        upstream: buying.upstream,
        params: accountParams,
        querystring: writeQuery
      }),
      body: createSpecSchema,
      response: { ...writeProblems(), ...passworded() }
    }
  }, async (request, reply) => await answerWrite(gateway, { order: createOrder(request.body), isDryRun: request.query.dry_run }, request, reply))

  const deleting = mayCost('delete', { calls: 3 })
  app.delete('/v1/:account/servers/:id', {
    config: deleting,
    schema: {
      ...schemaOf({
        operationId: 'deleteServer',
        summary: 'Delete a server',
        about: 'For good, with its disks; done when the server is gone. A protected server is 409.',
        upstream: deleting.upstream,
        params: serverParams,
        querystring: deleteQuery
      })
    }
  }, async (request, reply) => {
    const { dry_run: isDryRun, ...options } = request.query
    return await answerWrite(gateway, { order: deleteOrder(request.params.id, options), isDryRun }, request, reply)
  })

  const resizing = mayCost('write', { calls: 4 })
  app.post('/v1/:account/servers/:id/resize', {
    config: resizing,
    schema: {
      ...schemaOf({
        operationId: 'resizeServer',
        summary: 'Change the size of a server',
        about: 'To a plan, or to sizes. A disk never shrinks. Without restart a provider that needs the server to be off refuses, or waits until it is; Fleio restarts a running server in any case.',
        upstream: resizing.upstream,
        params: serverParams,
        querystring: writeQuery
      }),
      body: resizeSpecSchema
    }
  }, async (request, reply) => await answerWrite(gateway, { order: resizeOrder(request.params.id, request.body), isDryRun: request.query.dry_run }, request, reply))

  const rebuilding = mayCost('write', { calls: 3 })
  app.post('/v1/:account/servers/:id/rebuild', {
    config: rebuilding,
    schema: {
      ...schemaOf({
        operationId: 'rebuildServer',
        summary: 'Install an image anew',
        about: 'What is on the main disk is lost.',
        upstream: rebuilding.upstream,
        params: serverParams,
        querystring: confirmedQuery
      }),
      body: rebuildSpecSchema,
      response: { ...writeProblems(), ...passworded() }
    }
  }, async (request, reply) => await answerWrite(gateway, { order: rebuildOrder(request.params.id, request.body, request.query.confirm), isDryRun: request.query.dry_run }, request, reply))

  const rescuing = mayCost('write', { calls: 4 })
  for (const name of ['rescue', 'unrescue'] as const) {
    app.post(`/v1/:account/servers/:id/${name}`, {
      config: rescuing,
      schema: {
        ...schemaOf({
          operationId: `${name}Server`,
          summary: name === 'rescue' ? 'Boot a rescue system' : 'Leave the rescue system',
          about: name === 'rescue' ? 'The server boots a system of the provider\'s instead of its own.' : 'The server boots its own system again.',
          upstream: rescuing.upstream,
          params: serverParams,
          querystring: writeQuery
        }),
        body: noBody(name === 'rescue' ? 'RescueServerRequest' : 'UnrescueServerRequest'),
        ...(name === 'rescue' ? { response: { ...writeProblems(), ...passworded() } } : {})
      }
    }, async (request, reply) => await answerWrite(gateway, { order: rescueOrder(name, request.params.id), isDryRun: request.query.dry_run }, request, reply))
  }

  const setting = mayCost('write', { calls: 2 })
  const password = schemaOf({
    operationId: 'setPassword',
    summary: 'Set the administrator\'s password',
    about: 'Where the provider makes one, leave it out: it is told once, with 200.',
    upstream: setting.upstream,
    params: serverParams,
    querystring: writeQuery
  })
  app.post('/v1/:account/servers/:id/password', {
    config: { ...setting, mayHaveKey: body => typeof body === 'object' && body !== null && 'password' in body },
    schema: {
      ...password,
      body: passwordBody,
      response: { ...password.response, 200: jsonAnswer('The generated password; or the operation has ended, or the calls of a dry run', passwordAnswer) }
    }
  }, async (request, reply) =>
    await answerWrite(gateway, { order: passwordOrder(request.params.id, request.body?.password), isDryRun: request.query.dry_run }, request, reply))
}
