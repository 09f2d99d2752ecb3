import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { AddressRow, Snapshot } from '../src/domain/catalogue.ts'
import { attachOrder, detachOrder, snapshotChangeOrder, snapshotOrder } from '../src/execution/server-parts.ts'
import { addressesQuestion, ptrOrder, snapshotsQuestion } from '../src/execution/queries.ts'
import { costText, mayCost, type UpstreamCost } from './cost.ts'
import { addressPageSchema, addressParams, ptrAnswer, serverAddressParams, snapshotPageSchema, snapshotParams } from './catalogue-schemas.ts'
import { accountParams, jsonAnswer, operationSchema, readProblems, serverParams, writeProblems } from './schemas.ts'
import { sendPage } from './page.ts'
import { accountOf, type RouteOptions } from './servers.ts'
import { answerWrite } from './write.ts'
import { attachBody, confirmedQuery, noBody, operationOrPlan, pageQuery, ptrBody, snapshotBody, writeQuery } from './write-schemas.ts'

// The server first where the provider would show nothing for one that is missing, and again where a list rests on inference.
const listing = mayCost('read', { calls: 2, perPage: 1 })
const listingAll = mayCost('read', { calls: 0, perPage: 1 })
// A look on either side of the write; for a snapshot, and for an address, the list that has it besides.
const taking = mayCost('write', { calls: 2 })
const changing = mayCost('write', { calls: 3, perPage: 1 })
// VMmanager looks up each id, and takes one address at a time.
const attaching = mayCost('write', { calls: 2, perPage: 1, perRow: 2 })
const naming = mayCost('write', { calls: 2 })

const accepted = () => ({
  200: jsonAnswer('The operation has ended within the time of Prefer: wait, well or not; or the calls of a dry run', operationOrPlan),
  202: jsonAnswer('Accepted; follow the operation', operationSchema),
  ...writeProblems()
})
const about = (upstream: UpstreamCost, text = ''): string => `${text}${text === '' ? '' : ' '}${costText(upstream)}`

const keyOfSnapshot = ({ id }: Snapshot): string => id
const keyOfAddress = ({ address, prefix_length: length, server_id: server }: AddressRow): string => JSON.stringify([address, length, server])

/** What belongs to a server: its snapshots. */
export async function snapshotRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  const tags = ['Snapshots']

  app.get('/v1/:account/servers/:id/snapshots', {
    config: listing,
    schema: {
      operationId: 'listSnapshots',
      summary: 'List the snapshots of a server',
      description: about(listing.upstream),
      tags,
      params: serverParams,
      querystring: pageQuery,
      response: { 200: jsonAnswer('A page of snapshots', snapshotPageSchema), ...readProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const account = accountOf(request)
    const rows = await gateway.asks.ask(account, snapshotsQuestion(request.params.id), request.context)
    return await sendPage(gateway, { rows, keyOf: keyOfSnapshot, bound: [account.id, 'snapshots', request.params.id] }, request, reply)
  })

  app.post('/v1/:account/servers/:id/snapshots', {
    config: taking,
    schema: {
      operationId: 'createSnapshot',
      summary: 'Take a snapshot of a server',
      description: about(taking.upstream),
      tags,
      params: serverParams,
      querystring: writeQuery,
      body: snapshotBody,
      response: accepted()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => await answerWrite(gateway, { order: snapshotOrder(request.params.id, request.body.name), isDryRun: request.query.dry_run }, request, reply))

  app.post('/v1/:account/servers/:id/snapshots/:snapshot/restore', {
    config: changing,
    schema: {
      operationId: 'restoreSnapshot',
      summary: 'Put a server back to a snapshot',
      description: about(changing.upstream, 'What was written since is lost.'),
      tags,
      params: snapshotParams,
      querystring: confirmedQuery,
      body: noBody('RestoreSnapshotRequest'),
      response: accepted()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const { id, snapshot } = request.params
    return await answerWrite(gateway, { order: snapshotChangeOrder('restore', { serverId: id, snapshot, confirm: request.query.confirm }), isDryRun: request.query.dry_run }, request, reply)
  })

  app.delete('/v1/:account/servers/:id/snapshots/:snapshot', {
    config: changing,
    schema: {
      operationId: 'deleteSnapshot',
      summary: 'Delete a snapshot',
      description: about(changing.upstream),
      tags,
      params: snapshotParams,
      querystring: confirmedQuery,
      response: accepted()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const { id, snapshot } = request.params
    return await answerWrite(gateway, { order: snapshotChangeOrder('delete', { serverId: id, snapshot, confirm: request.query.confirm }), isDryRun: request.query.dry_run }, request, reply)
  })
}

/** Addresses of servers and of the account. */
export async function addressRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  const tags = ['Addresses']

  const list = async (server: string | null, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const account = accountOf(request)
    const rows = await gateway.asks.ask(account, addressesQuestion(server), request.context)
    return await sendPage(gateway, { rows, keyOf: keyOfAddress, bound: [account.id, 'addresses', server] }, request, reply)
  }
  const page = () => ({ 200: jsonAnswer('A page of addresses', addressPageSchema), ...readProblems() })

  app.get('/v1/:account/servers/:id/addresses', {
    config: listing,
    schema: {
      operationId: 'listServerAddresses',
      summary: 'List the addresses of a server',
      description: about(listing.upstream),
      tags,
      params: serverParams,
      querystring: pageQuery,
      response: page()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => await list(request.params.id, request, reply))

  app.get('/v1/:account/addresses', {
    config: listingAll,
    schema: {
      operationId: 'listAddresses',
      summary: 'List the addresses of an account, attached or not',
      description: about(listingAll.upstream),
      tags,
      params: accountParams,
      querystring: pageQuery,
      response: page()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => await list(null, request, reply))

  app.post('/v1/:account/servers/:id/addresses', {
    config: attaching,
    schema: {
      operationId: 'attachAddresses',
      summary: 'Attach addresses to a server',
      description: about(attaching.upstream),
      tags,
      params: serverParams,
      querystring: writeQuery,
      body: attachBody,
      response: accepted()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => await answerWrite(gateway, { order: attachOrder(request.params.id, request.body.addresses), isDryRun: request.query.dry_run }, request, reply))

  app.delete('/v1/:account/servers/:id/addresses/:address', {
    config: changing,
    schema: {
      operationId: 'detachAddress',
      summary: 'Detach an address from a server',
      description: about(changing.upstream),
      tags,
      params: serverAddressParams,
      querystring: writeQuery,
      response: accepted()
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => await answerWrite(gateway, { order: detachOrder(request.params.id, request.params.address), isDryRun: request.query.dry_run }, request, reply))

  app.put('/v1/:account/addresses/:address/ptr', {
    config: naming,
    schema: {
      operationId: 'setPtr',
      summary: 'Set the reverse name of an address',
      description: about(naming.upstream),
      tags,
      params: addressParams,
      querystring: writeQuery,
      body: ptrBody,
      response: { 200: jsonAnswer('The name as it was set; or the calls of a dry run', ptrAnswer), ...writeProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const account = accountOf(request)
    const order = ptrOrder({ address: request.params.address, ptr: request.body.ptr })
    if (request.query.dry_run === true) return await reply.send({ calls: [...await gateway.asks.rehearse(account, order, request.context)] })
    return await reply.send(await gateway.asks.ask(account, order, request.context))
  })
}
