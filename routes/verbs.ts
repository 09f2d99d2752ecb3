import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDryRun } from '../plugins/idempotency.ts'
import { answerOperation, waited } from '../plugins/operation-answer.ts'
import { setOperationLocation } from '../plugins/outcome.ts'
import { UpstreamError } from '../src/domain/failure.ts'
import { isFinal } from '../src/domain/operation.ts'
import type { Server } from '../src/domain/server.ts'
import { pageOf } from '../src/reads/paginate.ts'
import type { Gateway } from '../src/services.ts'
import { apiVerbs } from '../src/verbs/all.ts'
import { dryRunSchema, operationOrDryRun, passwordedOperationOrDryRun, passwordedOperationSchema } from '../src/verbs/schemas.ts'
import type { Command, PageCall, Prepared } from '../src/verbs/call.ts'
import { none, type ApiVerb } from '../src/verbs/verb.ts'
import { jsonAnswer, operationSchema, readProblems, writeProblems } from './schemas.ts'
import { accountOf, linkNext, type RouteOptions } from './servers.ts'
import { sendTagged, type Sendable } from './tagged.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The call that a verb made of the request; null on other routes. */
    prepared: Prepared | null
  }
}

/** One route for each verb of the API. */
export async function verbRoutes (app: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  app.decorateRequest('prepared', null)

  for (const verb of apiVerbs) {
    const { method, path, permission, creates, mayHaveKey } = verb
    app.route({
      method,
      url: `/v1/:account${path}`,
      config: { permission, ...(creates === undefined ? {} : { creates }), ...(mayHaveKey === undefined ? {} : { mayHaveKey }) },
      schema: schemaOf(verb),
      // The verb parses the request itself, once and typed; the schemas of the route are for the OpenAPI document only.
      validatorCompiler: () => value => ({ value }),
      preValidation: async request => { request.prepared = verb.prepare(request) },
      handler: async (request, reply) => await answer({ gateway, verb, request, reply }, request.prepared ?? verb.prepare(request))
    })
  }
}

interface Exchange {
  readonly gateway: Gateway
  readonly verb: ApiVerb
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

async function answer (exchange: Exchange, call: Prepared): Promise<Sendable> {
  const { gateway: { executor }, verb: { answer }, request, reply } = exchange
  if (answer?.isSecret === true) reply.header('cache-control', 'no-store')
  if (call.answers === 'page') return await answerPage(exchange, call)
  if (isDryRun(request)) return await reply.send({ calls: await executor.dryRun(accountOf(request), call, request.context) })
  if (call.answers === 'operation') return await answerCommand(exchange, call)
  return await reply.status(answer?.status ?? 200).send(await executor.run(accountOf(request), call, request.context))
}

async function answerCommand ({ gateway, verb, request, reply }: Exchange, command: Command): Promise<FastifyReply> {
  const account = accountOf(request)
  const { serverId, isShown } = command
  const { operation: begun, password } = await gateway.executor.start(account, command, request.context)
  if (password !== null) reply.header('cache-control', 'no-store')
  const last = await waited(gateway, begun, request, reply)
  const hasFailed = isFinal(last.status) && last.status !== 'succeeded'
  // If a generated password is all that was requested, it is the response; Location names the operation that sets it.
  if (password !== null && verb.generatesPassword !== true && !hasFailed) {
    setOperationLocation(reply, last)
    return await reply.send({ password })
  }
  const operation = { ...last, ...(password === null || verb.generatesPassword !== true ? {} : { generated_password: password }) }
  if (isShown === null || serverId === null || hasFailed) return await answerOperation(reply, operation)
  const server = await readIfPossible(async () => await gateway.servers.read(account, serverId, request.context))
  return server !== null && isShown(server) ? await reply.send(server) : await answerOperation(reply, operation)
}

async function answerPage ({ gateway, request, reply }: Exchange, call: PageCall): Promise<Sendable> {
  const account = accountOf(request)
  const rows = await gateway.executor.run(account, call, request.context)
  const bound = [account.id, call.action, call.serverId, Object.entries(call.parameters).sort()]
  const { data, page } = pageOf(gateway.cursors, rows, call.page, { keyOf: ({ key }) => key, bound })
  linkNext(request, reply, page.next_cursor)
  return sendTagged(request, reply, { data: data.map(({ row }) => row), page }, '')
}

/** The provider has accepted the change, so a failed read is no error: the operation is the response then. */
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

const accepted = 'Returns 202 with an operation once the provider has accepted the request.'
const descriptionOf = ({ description, answers, answer }: ApiVerb): string =>
  answers === 'operation' && answer === undefined ? `${description} ${accepted}` : description

function responsesOf ({ answers, answer, generatesPassword, permission }: ApiVerb) {
  const ended = 'With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls'
  const [begun, begunOrDryRun] = generatesPassword === true
    ? [passwordedOperationSchema, passwordedOperationOrDryRun]
    : [operationSchema, operationOrDryRun]
  const { status = 200, description = ended, schema = begunOrDryRun } = answer ?? {}
  return {
    ...(status === 200 ? {} : { 200: jsonAnswer('With `dry_run`, the planned calls', dryRunSchema) }),
    [status]: jsonAnswer(description, schema),
    ...(answers === 'operation' ? { 202: jsonAnswer('Accepted by the provider; the operation is running', begun) } : {}),
    ...(permission === 'read' ? readProblems() : writeProblems())
  }
}
