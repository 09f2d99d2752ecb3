import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { badMember, GatewayError } from '../src/domain/failure.ts'
import type { Operation } from '../src/domain/operation.ts'
import type { Gateway } from '../src/services.ts'
import type { Account } from '../src/transport/account.ts'
import type { KeptAnswer, KeyVerdict } from '../src/operations/idempotency.ts'
import { answerOperation, preferredWaitS, waited } from './operation-answer.ts'
import { notePlaced, operationAt } from './outcome.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It buys something. */
    creates?: boolean
    /** Whether a request with this body may have an Idempotency-Key; absent: any write may. */
    mayHaveKey?: (body: unknown) => boolean
  }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
/** What an answer needs beside its body to be given again. */
const keptHeaders = ['content-type', 'location', 'retry-after', 'cache-control']

/** `Idempotency-Key`: what was answered once under a key is answered again, and not done again. */
export function installIdempotency (app: FastifyInstance, gateway: Gateway): void {
  const take = async (request: FastifyRequest, reply: FastifyReply, { key, account }: { readonly key: string, readonly account: Account }): Promise<FastifyReply | undefined> => {
    const [path = '', ...rest] = request.url.split('?')
    const verdict = await gateway.idempotency.take({
      principal: request.context.principal.id,
      account: account.id,
      key,
      request: [request.method, path, [...new URLSearchParams(rest.join('?'))].map(pair => JSON.stringify(pair)).sort(), request.body ?? null],
      isCreate: request.matched.config.creates === true,
      deadlineMs: account.options.requestDeadlineMs
    }, request.context.signal)
    if (verdict.kind !== 'held') return await answerAgain(gateway, verdict, request, reply)
    request.context.idempotencyLease = verdict.idempotencyLease
  }
  app.addHook('preHandler', (request, reply, done) => {
    const key = keyOf(request)
    const { account } = request
    if (key === null || account === null || isDryRun(request)) { done(); return }
    // An answer that is given again has been sent.
    take(request, reply, { key, account }).then(sent => { if (sent === undefined) done() }, done)
  })

  const keep = async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> => {
    const { idempotencyLease } = request.context
    if (idempotencyLease === null) return
    request.context.idempotencyLease = null
    try {
      if (typeof payload === 'string' && leavesSomething(request, reply, payload)) {
        await idempotencyLease.keep({ status: reply.statusCode, headers: headersOf(reply), body: withoutPassword(payload) })
      } else await idempotencyLease.release()
    } catch (error) {
      // The work is done, and its operation is known: the answer must not be lost as well.
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
  if (typeof key !== 'string' || key.length < 1 || key.length > 255) throw badMember('headers.idempotency-key', 'must have 1 to 255 characters')
  if (mayHaveKey?.(request.body) === false) {
    throw badMember('headers.idempotency-key', 'cannot be used here: the response is a secret that is returned once and never stored')
  }
  return key
}

/** The query of a raw call is not read by a schema: there it is a text. */
export const isDryRun = ({ query }: FastifyRequest): boolean =>
  typeof query === 'object' && query !== null && 'dry_run' in query && (query.dry_run === true || query.dry_run === 'true')

type Verdict = Exclude<KeyVerdict, { kind: 'held' }>

/** A caller who prefers to wait now is answered as at first: by how the operation stands when the wait is over. */
async function answerAgain (gateway: Gateway, verdict: Verdict, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('idempotency-replayed', 'true')
  if (verdict.kind === 'operation') return await answerOperation(reply, await waited(gateway, verdict.stored.operation, request, reply))
  const operation = await acceptedBy(gateway, verdict.answer, request)
  if (operation !== null) return await answerOperation(reply, await waited(gateway, operation, request, reply))
  const { status, headers, body } = verdict.answer
  notePlaced(reply, headers['location'])
  return await reply.status(status).headers(headers).send(body)
}

/** The operation that was accepted with this answer, where the caller wants to wait for it; null where the answer itself is given again. */
async function acceptedBy (gateway: Gateway, { status, headers }: KeptAnswer, request: FastifyRequest): Promise<Operation | null> {
  const id = operationAt(headers['location'])
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
 * What was refused before anything was done leaves the key unused. A raw call has one write, and its answer is the provider's own:
 * a 4xx refuses it, after a 5xx the outcome is unknown.
 */
function leavesSomething ({ context }: FastifyRequest, reply: FastifyReply, payload: string): boolean {
  if (reply.statusCode < 400) return true
  if (!String(reply.getHeader('content-type')).startsWith('application/problem+json')) return reply.statusCode >= 500
  if (context.counters.writes !== 'none') return true
  const problem = problemSchema.safeParse(JSON.parse(payload))
  return problem.success && problem.data.side_effect !== 'none'
}

const passwordedAnswer = z.looseObject({ generated_password: z.string() })

/** As an answer is kept: a generated password is given once. */
function withoutPassword (payload: string): string {
  if (!payload.includes('"generated_password"')) return payload
  const answer = passwordedAnswer.safeParse(JSON.parse(payload))
  return answer.success ? JSON.stringify({ ...answer.data, generated_password: null }) : payload
}

function headersOf (reply: FastifyReply): KeptAnswer['headers'] {
  const headers = keptHeaders.map(name => [name, reply.getHeader(name)] as const)
  return Object.fromEntries(headers.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]))
}
