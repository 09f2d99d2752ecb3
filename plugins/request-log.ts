import type { FastifyInstance } from 'fastify'
import type { Observer } from '../src/telemetry/observer.ts'
import { onceAnswered } from './answered.ts'

/** One line and one count for each request, also where the caller left. They name the route, not the URL: what callers write into URLs is theirs. */
export function installRequestLog (app: FastifyInstance, observer: Observer): void {
  app.addHook('onRequest', async (request, reply) => {
    onceAnswered(reply, status => {
      const { method, account, outcome: { problem } } = request
      const route = request.routeOptions.url ?? null
      const tookMs = performance.now() - request.beganAt
      observer.requestAnswered({ method, route: route ?? 'none', status, account: account?.id ?? null, problem, seconds: tookMs / 1000 })
      request.log.info({
        method,
        route,
        status,
        duration_ms: Math.round(tookMs),
        account: account?.id ?? null,
        caller_address: request.callerAddress,
        key: request.context.principal.id,
        upstream_calls: request.context.counters.upstreamCalls,
        ...(request.traceId === null ? {} : { trace_id: request.traceId })
      }, 'request')
    })
  })
}
