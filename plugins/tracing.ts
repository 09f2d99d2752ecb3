import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RequestTrace, TraceAttributes, Tracer } from '../src/telemetry/observer.ts'
import type { Answered } from './answered.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The id of the trace in log lines; null if the request is not traced. */
    traceId: string | null
    span: RequestTrace | null
  }
}

/** One span for each request, a child of the caller's span if there is one. */
export function installTracing (app: FastifyInstance, answered: Answered, tracer: Tracer): void {
  app.decorateRequest('traceId', null)
  app.decorateRequest('span', null)
  app.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers
    const span = tracer.begin(typeof traceparent === 'string' ? traceparent : undefined)
    if (span.id !== null) {
      request.traceId = span.id
      request.span = span
      request.context.trace = span.trace
    }
    done()
  })
  answered.each((request, status) => {
    if (request.span === null) return
    const { url: route } = request.matched
    const method = knownMethods.has(request.method) ? request.method : '_OTHER'
    const name = route === undefined ? method : `${method} ${route}`
    request.span.end({ name, attributes: attributesOf(request, { method, status }), failed: status >= 500 })
  })
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])

function attributesOf (request: FastifyRequest, { method, status }: { readonly method: string, readonly status: number }): TraceAttributes {
  const { account, outcome: { problem, operationId }, matched: { url: route } } = request
  return {
    'http.request.method': method,
    'http.response.status_code': status,
    'hawser.request_id': request.id,
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(account === null ? {} : { 'hawser.account': account.id }),
    ...(problem === null ? {} : { 'hawser.problem': problem }),
    ...(operationId === null ? {} : { 'hawser.operation_id': operationId }),
    ...(status >= 500 ? { 'error.type': problem ?? String(status) } : {})
  }
}
