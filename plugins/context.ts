import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { anonymous, type Principal } from '../src/access/principal.ts'
import { createInFlight, type InFlight } from '../src/domain/in-flight.ts'
import type { IdempotencyLease } from '../src/operations/idempotency.ts'
import { silentTrace, type Trace } from '../src/telemetry/observer.ts'
import type { Account } from '../src/transport/account.ts'
import { createCounters, type Counters } from '../src/transport/call.ts'
import type { RequestContext } from '../src/transport/context.ts'
import type { Answered } from './answered.ts'
import { callerAddressOf } from './caller-address.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The part of the request that the services are given. */
    context: Context
    /** The account of the path; null until the caller is known to have access to it. */
    account: Account | null
    beganAt: number
    /** Null if the peer is unknown. */
    callerAddress: string | null
    /** Ends the count of this request as one in flight. */
    leave: (() => void) | null
    /** Aborted when the caller has disconnected. */
    leaving: AbortController | null
  }
}

interface Context extends RequestContext {
  /** Anonymous until the caller is authenticated. */
  principal: Principal
  /** The reservation of the Idempotency-Key; null without a key. */
  idempotencyLease: IdempotencyLease | null
  trace: Trace
}

const plainId = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's `X-Request-Id` if it has only plain characters, otherwise a new id. */
export function requestIdOf (incoming: IncomingMessage): string {
  const id = incoming.headers['x-request-id']
  return typeof id === 'string' && plainId.test(id) ? id : randomUUID()
}

/** Gives every request its context, and every response its `X-Request-Id`, `Server-Timing` and `Hawser-Upstream-Calls`. */
export function installContext (app: FastifyInstance, answered: Answered, isServing: () => boolean): InFlight {
  app.decorateRequest('account', null)
  app.decorateRequest('beganAt', 0)
  app.decorateRequest('callerAddress', null)
  app.decorateRequest('context')
  app.decorateRequest('leave', null)
  app.decorateRequest('leaving', null)

  const answering = createInFlight()

  app.addHook('onRequest', (request, _reply, done) => {
    request.beganAt = performance.now()
    // Read now: a closed socket no longer knows its peer.
    request.callerAddress = callerAddressOf(request)
    request.leave = answering.enter()
    request.leaving = new AbortController()
    request.context = createContext(request.id, request.leaving.signal)
    done()
  })
  answered.each((request, _status, reply) => {
    request.leave?.()
    if (!reply.raw.writableFinished) request.leaving?.abort()
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const { counters } = request.context
    // During shutdown, keep-alive connections would keep the process from ending.
    if (!isServing()) reply.header('connection', 'close')
    reply.header('x-request-id', request.id)
    reply.header('server-timing', timingOf(counters, performance.now() - request.beganAt))
    // A stream sends the final count as a trailer.
    if (!reply.hasTrailer('hawser-upstream-calls')) reply.header('hawser-upstream-calls', String(counters.upstreamCalls))
    done(null, payload)
  })

  return answering
}

function timingOf ({ upstreamMs, tokenMs, cacheMs }: Counters, totalMs: number): string {
  const token = tokenMs >= 0.05 ? `, token;dur=${tokenMs.toFixed(1)}` : ''
  const cache = cacheMs > 0 ? `, cache;dur=${cacheMs.toFixed(1)}` : ''
  return `gateway;dur=${Math.max(0, totalMs - upstreamMs).toFixed(1)}, upstream;dur=${upstreamMs.toFixed(1)}${token}${cache}`
}

function createContext (requestId: string, signal: AbortSignal): Context {
  // A fleet request adds listeners for each of its accounts.
  setMaxListeners(0, signal)
  return { requestId, signal, counters: createCounters(), principal: anonymous, idempotencyLease: null, trace: silentTrace }
}
