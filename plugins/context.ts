import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { anonymous } from '../src/access/principal.ts'
import type { Account } from '../src/transport/account.ts'
import { createCounters, type Counters } from '../src/transport/call.ts'
import type { RequestContext } from '../src/transport/context.ts'
import type { Answered } from './answered.ts'
import { callerAddressOf } from './caller-address.ts'
import { silentTrace } from '../src/telemetry/observer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the rest of the gateway sees of this request. */
    context: PresentContext
    /** The account of the path, once the caller is known to see it. */
    account: Account | null
    beganAt: number
    /** Null where the peer is unknown. */
    callerAddress: string | null
    /** Counts the request as answered. */
    leave: (() => void) | null
    /** Aborted when the caller has disconnected. */
    leaving: AbortController | null
  }
}

/** Filled in as the request goes on. */
type PresentContext = { -readonly [Name in keyof RequestContext]: RequestContext[Name] }

const ownId = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's request id when it is a plain word, else a new one. */
export function requestIdOf (incoming: IncomingMessage): string {
  const given = incoming.headers['x-request-id']
  return typeof given === 'string' && ownId.test(given) ? given : randomUUID()
}

/** What is being answered. */
export interface Requests {
  count(): number
  /** Resolves when no request is being answered. The listener stays open meanwhile, and says that it is not ready. */
  drained(): Promise<void>
  /** Resolves when those that are being answered now have been. */
  settled(): Promise<void>
}

/** Gives every request its context, and every answer its `X-Request-Id`, `Server-Timing` and `Hawser-Upstream-Calls`. */
export function installContext (app: FastifyInstance, answered: Answered, isServing: () => boolean): Requests {
  app.decorateRequest('account', null)
  app.decorateRequest('beganAt', 0)
  app.decorateRequest('callerAddress', null)
  app.decorateRequest('context')
  app.decorateRequest('leave', null)
  app.decorateRequest('leaving', null)

  const answering = createAnswering()

  app.addHook('onRequest', (request, _reply, done) => {
    request.beganAt = performance.now()
    // Now: a socket that was closed does not know its peer any more.
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
    // While stopping, a connection that is kept alive would keep the process.
    if (!isServing()) reply.header('connection', 'close')
    reply.header('x-request-id', request.id)
    reply.header('server-timing', timingOf(counters, performance.now() - request.beganAt))
    // A stream sends it as a trailer.
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

function createContext (requestId: string, signal: AbortSignal): PresentContext {
  // A fleet listens with each of its accounts.
  setMaxListeners(0, signal)
  return { requestId, signal, counters: createCounters(), principal: anonymous, idempotencyLease: null, trace: silentTrace }
}

interface Cohort {
  count: number
  onEmpty: () => void
}

/** Requests in cohorts: a new one begins whenever somebody waits for those that are there. */
function createAnswering (): Requests & { enter(): () => void } {
  const cohorts = new Set<Cohort>()
  let present: Cohort = { count: 0, onEmpty: () => {} }
  const settled = async (): Promise<void> => {
    const before = [...cohorts]
    present = { count: 0, onEmpty: () => {} }
    await Promise.all(before.map(async cohort => {
      const previous = cohort.onEmpty
      await new Promise<void>(resolve => { cohort.onEmpty = () => { previous(); resolve() } })
    }))
  }
  return {
    enter: () => {
      const cohort = present
      cohort.count += 1
      cohorts.add(cohort)
      return () => {
        cohort.count -= 1
        if (cohort.count > 0) return
        cohorts.delete(cohort)
        cohort.onEmpty()
      }
    },
    count: () => [...cohorts].reduce((all, { count }) => all + count, 0),
    settled,
    drained: async () => { while (cohorts.size > 0) await settled() }
  }
}
