import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { anonymous } from '../src/access/principal.ts'
import type { Account } from '../src/transport/account.ts'
import { createCounters } from '../src/transport/call.ts'
import type { RequestContext } from '../src/transport/context.ts'
import { callerAddressOf } from './caller-address.ts'
import { silentTrace } from '../src/telemetry/observer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the gateway's rooms see of this request. */
    context: RequestContext
    /** The account of the path, once the caller is known to see it. */
    account: Account | null
    beganAt: number
    /** Null where the peer is unknown. */
    callerAddress: string | null
  }
}

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
export function installContext (app: FastifyInstance, isServing: () => boolean): Requests {
  app.decorateRequest('account', null)
  app.decorateRequest('beganAt', 0)
  app.decorateRequest('callerAddress', null)
  app.decorateRequest('context')

  const answering = createAnswering()

  app.addHook('onRequest', async (request, reply) => {
    const left = answering.enter()
    const controller = new AbortController()
    // A fleet listens with each of its accounts.
    setMaxListeners(0, controller.signal)
    reply.raw.once('close', () => {
      left()
      if (!reply.raw.writableFinished) controller.abort()
    })
    request.beganAt = performance.now()
    // Now: a socket that was closed does not know its peer any more.
    request.callerAddress = callerAddressOf(request)
    request.context = { requestId: request.id, signal: controller.signal, counters: createCounters(), principal: anonymous, idempotencyLease: null, trace: silentTrace }
  })

  app.addHook('onSend', async (request, reply) => {
    const { counters } = request.context
    const total = performance.now() - request.beganAt
    const parts = [`gateway;dur=${Math.max(0, total - counters.upstreamMs).toFixed(1)}`, `upstream;dur=${counters.upstreamMs.toFixed(1)}`]
    if (counters.tokenMs >= 0.05) parts.push(`token;dur=${counters.tokenMs.toFixed(1)}`)
    if (counters.cacheMs > 0) parts.push(`cache;dur=${counters.cacheMs.toFixed(1)}`)
    // While stopping, a connection that is kept alive would keep the process.
    if (!isServing()) reply.header('connection', 'close')
    reply.header('x-request-id', request.id)
    reply.header('server-timing', parts.join(', '))
    // A stream sends it as a trailer.
    if (!reply.hasTrailer('hawser-upstream-calls')) reply.header('hawser-upstream-calls', String(counters.upstreamCalls))
  })

  return answering
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
