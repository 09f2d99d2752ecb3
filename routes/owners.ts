import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { Owner } from '../src/domain/catalogue.ts'
import { ownerSpecSchema } from '../src/domain/spec.ts'
import { consoleOrder, loginLinkOrder, ownerOrder, ownerQuestion, ownersQuestion } from '../src/execution/queries.ts'
import { consoleAnswer, dryRunSchema, loginLinkSchema, ownerAnswer, ownerPageSchema, ownerParams, ownerSchema } from './catalogue-schemas.ts'
import { costText, mayCost } from './cost.ts'
import { sendPage } from './page.ts'
import { accountParams, jsonAnswer, noQuery, readProblems, serverParams, writeProblems } from './schemas.ts'
import { accountOf, type RouteOptions } from './servers.ts'
import { noBody, pageQuery, writeQuery } from './write-schemas.ts'

const tags = ['Owners']
const reading = mayCost('read', { calls: 0, perPage: 1 })
// One call, or the list where that is the only way.
const getting = mayCost('read', { calls: 1, perPage: 1 })
// Where the answer does not tell the new owner's id, the list does.
const creating = mayCost('write', { calls: 1, perPage: 1 })
const linking = mayCost('admin', { calls: 1 })
// VMmanager tells the node with the server; a look after a refusal that may mean that there is no such function.
const opening = mayCost('operate', { calls: 3 })
const noKey = (): boolean => false
const keyOf = ({ id }: Owner): string => id

/** Whose the servers are: Fleio's clients, VMmanager's accounts, OneCloud's projects. */
export async function ownerRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/v1/:account/owners', {
    config: reading,
    schema: {
      operationId: 'listOwners',
      summary: 'List owners',
      description: `Fleio's clients, VMmanager's accounts, OneCloud's projects. ${costText(reading.upstream)}`,
      tags,
      params: accountParams,
      querystring: pageQuery,
      response: { 200: jsonAnswer('A page of owners', ownerPageSchema), ...readProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const account = accountOf(request)
    const rows = await gateway.asks.ask(account, ownersQuestion, request.context)
    return await sendPage(gateway, { rows, keyOf, bound: [account.id, 'owners'] }, request, reply)
  })

  app.get('/v1/:account/owners/:owner', {
    config: getting,
    schema: {
      operationId: 'getOwner',
      summary: 'Get one owner',
      description: costText(getting.upstream),
      tags,
      params: ownerParams,
      querystring: noQuery,
      response: { 200: jsonAnswer('The owner', ownerSchema), ...readProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => await reply.send(await gateway.asks.ask(accountOf(request), ownerQuestion(request.params.owner), request.context)))

  app.post('/v1/:account/owners', {
    config: creating,
    schema: {
      operationId: 'createOwner',
      summary: 'Create an owner',
      description: costText(creating.upstream),
      tags,
      params: accountParams,
      querystring: writeQuery,
      body: ownerSpecSchema,
      response: { 200: jsonAnswer('The calls of a dry run', dryRunSchema), 201: jsonAnswer('The owner', ownerAnswer), ...writeProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const [account, order] = [accountOf(request), ownerOrder(request.body)]
    if (request.query.dry_run === true) return await reply.status(200).send({ calls: await gateway.asks.rehearse(account, order, request.context) })
    return await reply.status(201).send(await gateway.asks.ask(account, order, request.context))
  })

  app.post('/v1/:account/owners/:owner/login-link', {
    config: { ...linking, mayHaveKey: noKey },
    schema: {
      operationId: 'createLoginLink',
      summary: 'Make a link that signs this owner in to the provider\'s panel',
      description: `VMmanager only. The link is told once. ${costText(linking.upstream)}`,
      tags,
      params: ownerParams,
      querystring: writeQuery,
      body: noBody('CreateLoginLinkRequest'),
      response: { 200: jsonAnswer('The calls of a dry run', dryRunSchema), 201: jsonAnswer('The link', loginLinkSchema), ...writeProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const [account, order] = [accountOf(request), loginLinkOrder(request.params.owner)]
    if (request.query.dry_run === true) return await reply.status(200).send({ calls: await gateway.asks.rehearse(account, order, request.context) })
    return await reply.status(201).header('cache-control', 'no-store').send(await gateway.asks.ask(account, order, request.context))
  })

  app.post('/v1/:account/servers/:id/console', {
    config: { ...opening, mayHaveKey: noKey },
    schema: {
      operationId: 'openConsole',
      summary: 'Open a server\'s console',
      description: `The link opens the console for whoever has it. ${costText(opening.upstream)}`,
      tags: ['Power'],
      params: serverParams,
      querystring: writeQuery,
      body: noBody('OpenConsoleRequest'),
      response: { 200: jsonAnswer('The link; or the calls of a dry run', consoleAnswer), ...writeProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const [account, order] = [accountOf(request), consoleOrder(request.params.id)]
    reply.header('cache-control', 'no-store')
    if (request.query.dry_run === true) return await reply.send({ calls: await gateway.asks.rehearse(account, order, request.context) })
    return await reply.send(await gateway.asks.ask(account, order, request.context))
  })
}
