import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { badMember, GatewayError } from '../src/domain/failure.ts'
import type { Operation } from '../src/domain/operation.ts'
import type { Gateway } from '../src/services.ts'
import type { Account } from '../src/transport/account.ts'
import type { KeptAnswer, KeyVerdict } from '../src/operations/idempotency.ts'
import { answerOperation, preferredWaitS, waited } from './operation-answer.ts'
import { operationIdIn, recordReplayed } from './outcome.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The request may buy something. */
    creates?: boolean
    /** Whether a request with this body may have an Idempotency-Key; absent: any write may. */
    mayHaveKey?: (body: unknown) => boolean
  }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
/** The headers that are stored with a response, for its replay. */
const keptHeaders = ['content-type', 'location', 'retry-after', 'cache-control']

/** `Idempotency-Key`: a repeated request gets the first response again, and its work is not repeated. */
export function installIdempotency (app: FastifyInstance, gateway: Gateway): void {
  const reserve = async (request: FastifyRequest, reply: FastifyReply, { key, account }: AccountKey): Promise<FastifyReply | undefined> => {
    const [path = '', ...rest] = request.url.split('?')
    const parameters = [...new URLSearchParams(rest.join('?'))].map(pair => JSON.stringify(pair)).sort()
    const verdict = await gateway.idempotency.take({
      principal: request.context.principal.id,
      account: account.id,
      key,
      request: [request.method, path, parameters, request.body ?? null],
      isCreate: request.matched.config.creates === true,
      deadlineMs: account.options.requestDeadlineMs
    }, request.context.signal)
    if (verdict.kind !== 'held') return await replay(gateway, verdict, request, reply)
    request.context.idempotencyLease = verdict.idempotencyLease
  }
  app.addHook('preHandler', (request, reply, done) => {
    const key = keyOf(request)
    const { account } = request
    if (key === null || account === null || isDryRun(request)) { done(); return }
    // A replayed response has been sent already.
    reserve(request, reply, { key, account }).then(sent => { if (sent === undefined) done() }, done)
  })

  const keep = async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> => {
    const { idempotencyLease } = request.context
    if (idempotencyLease === null) return
    request.context.idempotencyLease = null
    try {
      if (typeof payload === 'string' && usesKey(request, reply, payload)) {
        await idempotencyLease.keep({ status: reply.statusCode, headers: headersOf(reply), body: withoutPassword(payload) })
      } else await idempotencyLease.release()
    } catch (error) {
      // The work was done and its operation is recorded, so the response is sent all the same.
      request.log.error({ reqId: request.id, err: error }, 'failed to store the response for an Idempotency-Key')
    }
  }
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.context.idempotencyLease === null) { done(null, payload); return }
    keep(request, reply, payload).then(() => { done(null, payload) }, done)
  })
}

function keyOf (request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  const { permission, mayHaveKey } = request.matched.config
  if (key === undefined || permission === undefined || safeMethods.has(request.method)) return null
  if (typeof key !== 'string' || key.length < 1 || key.length > 255) {
    throw badMember('headers.idempotency-key', 'must have 1 to 255 characters')
  }
  if (mayHaveKey?.(request.body) === false) {
    throw badMember('headers.idempotency-key', 'cannot be used here: the response is a secret that is returned once and never stored')
  }
  return key
}

/** The query of a raw call has no schema, so there `dry_run` is a string. */
export const isDryRun = ({ query }: FastifyRequest): boolean =>
  typeof query === 'object' && query !== null && 'dry_run' in query && (query.dry_run === true || query.dry_run === 'true')

interface AccountKey {
  readonly key: string
  readonly account: Account
}

type Verdict = Exclude<KeyVerdict, { kind: 'held' }>

/** Replays the first response. With `Prefer: wait` it waits for the operation, as a first request does, and sends its latest state. */
async function replay (gateway: Gateway, verdict: Verdict, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('idempotency-replayed', 'true')
  if (verdict.kind === 'operation') return await answerOperation(reply, await waited(gateway, verdict.stored.operation, request, reply))
  const operation = await acceptedBy(gateway, verdict.answer, request)
  if (operation !== null) return await answerOperation(reply, await waited(gateway, operation, request, reply))
  const { status, headers, body } = verdict.answer
  recordReplayed(reply, headers['location'])
  return await reply.status(status).headers(headers).send(body)
}

/** The operation that the stored response names, if the caller wants to wait for it; null if the response itself is to be replayed. */
async function acceptedBy (gateway: Gateway, { status, headers }: KeptAnswer, request: FastifyRequest): Promise<Operation | null> {
  const id = operationIdIn(headers['location'])
  if (status >= 300 || id === null || request.account === null || preferredWaitS(request) === null) return null
  try {
    return (await gateway.operations.find(request.account, id)).operation
  } catch (error) {
    if (error instanceof GatewayError && error.refusal === 'operation-not-found') return null
    throw error
  }
}

const problemSchema = z.object({ side_effect: z.string() })

/**
 * Whether the key counts as used: a request that was refused before anything was done leaves it unused. A raw call has one write, and
 * passes on the provider's response: a 4xx refuses the write, after a 5xx its outcome is unknown.
 */
function usesKey ({ context }: FastifyRequest, reply: FastifyReply, payload: string): boolean {
  if (reply.statusCode < 400) return true
  if (!String(reply.getHeader('content-type')).startsWith('application/problem+json')) return reply.statusCode >= 500
  if (context.counters.writes !== 'none') return true
  const problem = problemSchema.safeParse(JSON.parse(payload))
  return problem.success && problem.data.side_effect !== 'none'
}

const passwordedAnswer = z.looseObject({ generated_password: z.string() })

/** The response as it is stored: a generated password is returned only once. */
function withoutPassword (payload: string): string {
  if (!payload.includes('"generated_password"')) return payload
  const answer = passwordedAnswer.safeParse(JSON.parse(payload))
  return answer.success ? JSON.stringify({ ...answer.data, generated_password: null }) : payload
}

function headersOf (reply: FastifyReply): KeptAnswer['headers'] {
  const headers = keptHeaders.map(name => [name, reply.getHeader(name)] as const)
  return Object.fromEntries(headers.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]))
}
