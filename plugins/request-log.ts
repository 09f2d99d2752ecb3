import type { Observer } from '../src/telemetry/observer.ts'
import type { Answered } from './answered.ts'

/**
 * Logs and counts each request, also if its caller disconnected. Lines and metrics name the route, not the URL, which may hold data of the
 * caller.
 */
export function installRequestLog (answered: Answered, observer: Observer): void {
  answered.each((request, status) => {
    const { method, outcome: { problem }, context } = request
    const account = request.account?.id ?? null
    const route = request.matched.url ?? null
    const tookMs = performance.now() - request.beganAt
    observer.requestAnswered({ method, route: route ?? 'none', status, account, problem, seconds: tookMs / 1000 })
    const line = {
      reqId: request.id,
      method,
      route,
      status,
      duration_ms: Math.round(tookMs),
      account,
      caller_address: request.callerAddress,
      key: context.principal.id,
      upstream_calls: context.counters.upstreamCalls,
      upstream_ms: Math.round(context.counters.upstreamMs)
    }
    request.log.info(request.traceId === null ? line : { ...line, trace_id: request.traceId }, 'request')
  })
}
