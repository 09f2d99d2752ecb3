import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { z } from 'zod'
import { waited } from '../plugins/operation-answer.ts'
import type { Clock } from '../src/domain/clock.ts'
import { isFinal, operationStatuses } from '../src/domain/operation.ts'
import type { StoredOperation } from '../src/state/operation-store.ts'
import { noQuery, pageParameters, wordList } from '../src/domain/parameter.ts'
import { jsonAnswer, operationPageSchema, operationParams, operationSchema, ownProblems } from './schemas.ts'
import { accountOf, linkNext, type RouteOptions } from './servers.ts'
import { accountParams } from '../src/verbs/params.ts'

const config = { permission: 'read' } as const
// The wide type is deliberate: the response is a stream.
const eventStream: z.ZodType = z.string()
  .meta({ example: 'id: 3\nevent: operation\ndata: {"id": "op_019aa5e0d2c4f1e2d3c4b5a69788", "status": "succeeded"}\n\n' })
const followed = 'One poller for each account serves all waiting requests.'

const operationsQuery = z.strictObject({
  ...pageParameters,
  status: wordList(operationStatuses, 'One or more states, separated by commas: pending,running'),
  server_id: z.string().min(1).max(255).optional(),
  action: z.string().min(1).max(64).optional().meta({ description: 'For example create, stop or snapshots.create' })
})

const listSchema = {
  operationId: 'listOperations',
  summary: 'List operations',
  description: 'Returns one page of the account\'s operations of the last 24 hours, newest first.',
  tags: ['Operations'],
  params: accountParams,
  querystring: operationsQuery,
  response: { 200: jsonAnswer('A page of operations', operationPageSchema), ...ownProblems() }
} satisfies FastifyZodOpenApiSchema

const getSchema = {
  operationId: 'getOperation',
  summary: 'Get an operation',
  description: 'Returns the last known state of an operation. The status is 200 regardless of its result. ' +
    `With \`Prefer: wait=n\` the response is delayed until the operation ends or n seconds have passed. ${followed}`,
  tags: ['Operations'],
  params: operationParams,
  querystring: noQuery,
  response: { 200: jsonAnswer('The operation', operationSchema), ...ownProblems() }
} satisfies FastifyZodOpenApiSchema

const eventsSchema = {
  operationId: 'followOperation',
  summary: 'Follow an operation',
  description: 'Streams server-sent events: an event `operation` with the present state and another for each change, ' +
    'until the operation ends. ' +
    `With \`Last-Event-ID\` only later events are sent; intermediate states may be skipped. ${followed}`,
  tags: ['Operations'],
  params: operationParams,
  querystring: noQuery,
  response: {
    200: { description: 'The events', content: { 'text/event-stream': { schema: eventStream } } },
    ...ownProblems()
  }
} satisfies FastifyZodOpenApiSchema

/** Operations: the results of accepted writes. */
export async function operationRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/v1/:account/operations', { config, schema: listSchema }, async (request, reply) => {
    const { limit, cursor = null, status, server_id: serverId = null, action = null } = request.query
    const filters = { statuses: status === undefined ? null : new Set(status), serverId, action }
    const { data, page } = await gateway.operations.list(accountOf(request), filters, { limit, cursor })
    linkNext(request, reply, page.next_cursor)
    return await reply.header('cache-control', 'no-store').send({ data: [...data], page })
  })

  app.get('/v1/:account/operations/:id', { config, schema: getSchema }, async (request, reply) => {
    const { operation: current } = await gateway.operations.find(accountOf(request), request.params.id)
    const operation = await waited(gateway, current, request, reply)
    if (!isFinal(operation.status)) reply.header('retry-after', '1')
    return await reply.header('cache-control', 'no-store').send(operation)
  })

  // A HEAD request would start a stream that has no reader.
  app.get('/v1/:account/operations/:id/events', { config, exposeHeadRoute: false, schema: eventsSchema }, async (request, reply) => {
    const stored = await gateway.operations.find(accountOf(request), request.params.id)
    const changes = gateway.operations.changes(stored, lastEventId(request.headers['last-event-id']), request.context.signal)
    reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type('text/event-stream; charset=utf-8')
    return await reply.send(Readable.from(toEvents(changes, gateway.clock), { objectMode: false }))
  })
}

const lastEventId = (header: string | string[] | undefined): number =>
  typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0

const heartbeatMs = 15_000
const toEvent = ({ version, operation }: StoredOperation): string =>
  `id: ${version}\nevent: operation\ndata: ${JSON.stringify(operation)}\n\n`

/** The changes as server-sent events; comments in between keep idle connections open. */
async function * toEvents (changes: AsyncGenerator<StoredOperation>, clock: Clock): AsyncGenerator<string> {
  yield 'retry: 1000\n\n'
  let next = changes.next()
  for (;;) {
    const beat = Symbol('beat')
    let cancel = (): void => {}
    const silence = new Promise<typeof beat>(resolve => { cancel = clock.timer(() => { resolve(beat) }, heartbeatMs) })
    const first = await Promise.race([next, silence])
    cancel()
    if (first === beat) { yield ': still here\n\n'; continue }
    if (typeof first === 'symbol' || first.done === true) return
    yield toEvent(first.value)
    next = changes.next()
  }
}
