import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { badMember, failures, GatewayError, UpstreamError } from '../src/domain/failure.ts'
import { invalidRequest } from '../src/domain/invalid.ts'
import type { Account } from '../src/transport/account.ts'
import { problems, type Problem, type ProblemSlug } from '../src/domain/problem.ts'
import { noOutcome, setOperationLocation } from './outcome.ts'
import { InvalidPlace } from './validation.ts'

/** Turns every error of ours, of an adapter and of the framework into an RFC 9457 document. */
export function installProblems (app: FastifyInstance): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    const problem = withWrites(problemOf(error, request), request)
    // Only internal errors are logged with their stack; the log line of the request names every other problem.
    if (problem.status === 500) request.log.error({ reqId: request.id, err: error }, 'unexpected error')
    return await send(reply, problem)
  })
}

/** An internal error may follow a write: the problem still reports the side effect of the write. */
function withWrites (problem: Problem, { context }: FastifyRequest): Problem {
  const { writes } = context.counters
  if (problem.status !== 500 || writes === 'none') return problem
  return { ...problem, side_effect: writes, retryable: writes === 'possible' ? 'unsafe' : 'no' }
}

/** The request that the problem belongs to. */
interface About {
  readonly id: string
  readonly account: Account | null
  /** As the caller sent it: a repeated parameter is an array. */
  readonly query?: unknown
}

export const problemOf = (error: unknown, about: About): Problem =>
  error instanceof UpstreamError ? fromUpstream(error, about) : fromRefusal(toRefusal(error, about.query), about)

/** Answers what the router refuses before it has matched a route: a broken escape in the path, a parameter that is too long. */
export function answerFrameworkError (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  request.outcome = noOutcome()
  const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH'
  const refusal = isTooLong
    ? new GatewayError('not-found', 'the id is too long')
    : badMember('path', 'is not valid: a percent sign is not followed by two hex digits')
  const problem = { ...fromRefusal(refusal, request), account: null, provider: null }
  reply.header('x-request-id', request.id).header('server-timing', 'gateway;dur=0.0, upstream;dur=0.0').header('hawser-upstream-calls', '0')
  send(reply, problem).then(() => {}, () => {})
}

/** Malformed HTTP yields no request object, so the response is written to the socket, which is then closed. */
export function answerMalformedHttp (error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) { socket.destroy(); return }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const id = randomUUID()
  const refusal = new GatewayError('invalid-request', 'this is not a valid HTTP request')
  const problem: Problem = { ...fromRefusal(refusal, { id, account: null }), status: Number(status.slice(0, 3)) }
  const body = JSON.stringify(problem)
  socket.end([
    `HTTP/1.1 ${status}`, 'content-type: application/problem+json', `content-length: ${Buffer.byteLength(body)}`, `x-request-id: ${id}`,
    'server-timing: gateway;dur=0.0, upstream;dur=0.0', 'hawser-upstream-calls: 0', 'connection: close', '', body
  ].join('\r\n'))
}

async function send (reply: FastifyReply, problem: Problem): Promise<FastifyReply> {
  const { type, status, account, side_effect: sideEffect, operation_id: operationId, retry_after_s: retryAfterS } = problem
  Object.assign(reply.request.outcome, { problem: type.slice('/problems/'.length), sideEffect })
  if (operationId !== undefined && account !== null) setOperationLocation(reply, { id: operationId, account })
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS))
  return await reply.status(status).header('cache-control', 'no-store').type('application/problem+json').send(JSON.stringify(problem))
}

function fromUpstream (error: UpstreamError, about: About): Problem {
  const { account } = about
  const { status, code, vendorMessage, requestId, details, retryAfterMs, passing, member } = error.options
  // `not-found` concerns the server, unless the error names another member of the request.
  const slug = error.failure === 'not-found' && member !== undefined ? 'not-found' : failures[error.failure].problem
  const { title, status: ownStatus, transient = false, retryAfterS } = problems[slug]
  const isPassing = transient && passing !== false
  const waitS = retryAfterMs === undefined ? retryAfterS : Math.ceil(retryAfterMs / 1000)
  const safe = (text: string): string => account?.safeText(text) ?? text
  const isSilent = [status, code, vendorMessage, requestId, details].every(fact => fact === undefined || fact === null)
  const vendorText = vendorMessage === null || vendorMessage === undefined || vendorMessage === '' ? null : safe(vendorMessage)
  return {
    type: `/problems/${slug}`,
    title,
    status: ownStatus,
    detail: vendorText === null ? error.message : `${error.message}: ${vendorText}`,
    ...aboutRequest(about),
    retryable: error.sideEffect === 'possible' ? 'unsafe' : error.sideEffect === 'none' && isPassing ? 'safe' : 'no',
    ...(waitS === undefined ? {} : { retry_after_s: waitS }),
    side_effect: error.sideEffect,
    upstream: isSilent
      ? null
      : {
          status: status ?? null,
          code: typeof code === 'string' ? safe(code) : code ?? null,
          message: vendorText,
          request_id: requestId === null || requestId === undefined ? null : safe(requestId),
          details: details === undefined ? null : account?.safeValue(details) ?? null
        },
    attempts: error.attempts,
    errors: member === undefined ? [] : [{ path: member, message: vendorText ?? error.message }],
    ...(error.operationId === null ? {} : { operation_id: error.operationId })
  }
}

function fromRefusal (refusal: GatewayError, about: About): Problem {
  const { title, status, transient = false, retryAfterS } = problems[refusal.refusal]
  const { retryAfterMs, errors, passing = transient } = refusal.options
  const waitS = retryAfterMs === undefined ? passing ? retryAfterS : undefined : Math.ceil(retryAfterMs / 1000)
  return {
    type: `/problems/${refusal.refusal}`,
    title,
    status,
    detail: refusal.message,
    ...aboutRequest(about),
    retryable: passing ? 'safe' : 'no',
    ...(waitS === undefined ? {} : { retry_after_s: waitS }),
    side_effect: 'none',
    upstream: null,
    attempts: null,
    errors: [...(errors ?? [])]
  }
}

const aboutRequest = ({ id, account }: About) =>
  ({ request_id: id, account: account?.id ?? null, provider: account?.provider.id ?? null })

function toRefusal (error: unknown, query: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (!isFrameworkError(error)) return new GatewayError('internal', 'internal error')
  if (error.validation !== undefined) return fromValidation(error, query)
  const status = error.statusCode ?? 500
  const refusal = frameworkRefusals.get(error.code)
  if (refusal === 'unsupported-media-type') return new GatewayError(refusal, 'send the body as JSON, with Content-Type: application/json')
  if (refusal !== undefined) return new GatewayError(refusal, error.message)
  if (status < 400 || status >= 500) return new GatewayError('internal', 'internal error')
  return new GatewayError('invalid-request', error.message, { errors: [{ path: '', message: error.message }] })
}

/** The framework's errors by their code; the others are mapped by their status. */
const frameworkRefusals: ReadonlyMap<string, ProblemSlug> = new Map<string, ProblemSlug>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'payload-too-large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported-media-type'],
  ['FST_ERR_NOT_FOUND', 'not-found']
])

const isFrameworkError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

const places: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', body: 'body', headers: 'headers' }

function fromValidation ({ validationContext, validation = [] }: FastifyError, query: unknown): GatewayError {
  const place = places[validationContext ?? ''] ?? 'request'
  const issues = validation.flatMap(item => item instanceof InvalidPlace ? [item.issue] : [])
  return invalidRequest({ issues, place, value: query })
}
