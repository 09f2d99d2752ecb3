import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDryRun } from '../plugins/idempotency.ts'
import { answerOperation, waited } from '../plugins/operation-answer.ts'
import { UpstreamError } from '../src/domain/failure.ts'
import { isFinal } from '../src/domain/operation.ts'
import type { Server } from '../src/domain/server.ts'
import { apiVerbs } from '../src/verbs/all.ts'
import { costText } from '../src/verbs/cost.ts'
import { dryRunSchema } from '../src/verbs/resource-schemas.ts'
import { operationOrPlan } from '../src/verbs/schemas.ts'
import { none, type ApiVerb, type Command, type DirectCall, type KeyedRow, type Prepared } from '../src/verbs/verb.ts'
import { sendPage } from './page.ts'
import { jsonAnswer, operationSchema, readProblems, writeProblems } from './schemas.ts'
import { accountOf, type RouteOptions } from './servers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What a verb's route is asked for, once its parameters and body are read. */
    prepared: Prepared | null
  }
}

/** One route for each verb of the API. */
export async function verbRoutes (app: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  app.decorateRequest('prepared', null)

  for (const verb of apiVerbs) {
    const { method, path, permission, cost, creates, mayHaveKey } = verb
    app.route({
      method,
      url: `/v1/:account${path}`,
      config: { permission, upstream: cost, ...(creates === undefined ? {} : { creates }), ...(mayHaveKey === undefined ? {} : { mayHaveKey }) },
      schema: schemaOf(verb),
      // The verb reads the request itself, once and typed; the schemas are here for the OpenAPI document.
      validatorCompiler: () => value => ({ value }),
      preValidation: async request => { request.prepared = prepare(verb, request) },
      handler: async (request, reply) => await answer(verb, request, reply)
    })
  }

  async function answer (verb: ApiVerb, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const prepared = request.prepared ?? prepare(verb, request)
    if (verb.answer?.isSecret === true) reply.header('cache-control', 'no-store')
    const isPlanned = isDryRun(request)
    switch (prepared.answers) {
      case 'operation': return isPlanned ? await answerPlan(prepared.command, request, reply) : await answerCommand(prepared, request, reply)
      case 'value': return isPlanned ? await answerPlan(prepared.call, request, reply) : await answerValue(verb, prepared.call, request, reply)
      case 'page': return await answerPage(prepared.call, request, reply)
    }
  }

  const answerPlan = async (call: Command | DirectCall<unknown>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await reply.send({ calls: await gateway.executor.dryRun(accountOf(request), call, request.context) })

  async function answerCommand ({ command, isShown }: Prepared & { answers: 'operation' }, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const account = accountOf(request)
    const { operation: begun, password } = await gateway.executor.start(account, command, request.context)
    if (password !== null) return await reply.header('cache-control', 'no-store').send({ password })
    const operation = await waited(gateway, begun, request, reply)
    if (isShown === undefined || command.serverId === null || (isFinal(operation.status) && operation.status !== 'succeeded')) return await answerOperation(reply, operation)
    const { serverId } = command
    const server = await readIfPossible(async () => await gateway.servers.look(account, serverId, request.context))
    return server !== null && isShown(server) ? await reply.send(server) : await answerOperation(reply, operation)
  }

  const answerValue = async (verb: ApiVerb, call: DirectCall<unknown>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await reply.status(verb.answer?.status ?? 200).send(await gateway.executor.run(accountOf(request), call, request.context))

  async function answerPage (call: DirectCall<readonly KeyedRow[]>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const account = accountOf(request)
    const rows = await gateway.executor.run(account, call, request.context)
    return await sendPage(gateway, { rows, bound: [account.id, call.action, call.serverId, Object.entries(call.given)] }, request, reply)
  }
}

const prepare = ({ schemas: { body }, prepare: read }: ApiVerb, { params, query, body: given }: FastifyRequest): Prepared =>
  read({ params, query, body: body === none ? undefined : given })

/** The change was accepted: a read that fails takes nothing from that, and the operation says the rest. */
async function readIfPossible (read: () => Promise<Server>): Promise<Server | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}

const schemaOf = (verb: ApiVerb) => ({
  operationId: verb.operationId,
  summary: verb.summary,
  description: descriptionOf(verb),
  tags: [verb.tag],
  params: verb.schemas.params,
  querystring: verb.schemas.query,
  ...(verb.schemas.body === none ? {} : { body: verb.schemas.body }),
  response: responsesOf(verb)
})

const descriptionOf = ({ description, answers, answer, cost }: ApiVerb): string => [
  ...(description === undefined ? [] : [description]),
  ...(answers === 'operation' && answer === undefined ? ['Answers 202 with an operation as soon as the provider has accepted.'] : []),
  costText(cost)
].join(' ')

function responsesOf ({ answers, answer, permission }: ApiVerb) {
  const { status = 200, description = 'The operation has ended within the time of Prefer: wait, well or not; or the calls of a dry run', schema = operationOrPlan } = answer ?? {}
  return {
    ...(status === 200 ? {} : { 200: jsonAnswer('The calls of a dry run', dryRunSchema) }),
    [status]: jsonAnswer(description, schema),
    ...(answers === 'operation' ? { 202: jsonAnswer('Accepted; follow the operation', operationSchema) } : {}),
    ...(permission === 'read' ? readProblems() : writeProblems())
  }
}
