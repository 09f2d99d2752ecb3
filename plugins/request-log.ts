import type { FastifyInstance } from 'fastify'

/** One line for each request. It names the route, not the URL: what callers write into URLs is theirs. */
export function installRequestLog (app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      duration_ms: Math.round(performance.now() - request.beganAt),
      account: request.account?.id ?? null,
      key: request.context.principal.name,
      upstream_calls: request.context.tally.upstreamCalls
    }, 'request')
  })
}
