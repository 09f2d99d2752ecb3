import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SideEffect } from '../src/domain/failure.ts'
import type { Gateway } from '../src/services.ts'
import type { Audit, AuditOutcome } from '../src/telemetry/audit.ts'
import { isDryRun } from './idempotency.ts'

export interface AuditOptions {
  readonly audit: Audit
  readonly gateway: Gateway
}

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Writes one line per write request, even if refused, before its response is sent: no caller knows of a write that the audit lacks. */
export function installAudit (app: FastifyInstance, { audit, gateway }: AuditOptions): void {
  const logged = new WeakSet<FastifyRequest>()
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!writes.has(request.method) || !request.url.startsWith('/v1/') || logged.has(request)) { done(null, payload); return }
    logged.add(request)
    const { schema, url: route } = request.routeOptions
    const { operationId: action } = { operationId: null, ...schema }
    const { problem, operationId } = request.outcome
    audit.answered({
      request_id: request.id,
      caller_address: request.callerAddress,
      key: isAnonymous(request) ? null : request.context.principal.id,
      action: typeof action === 'string' ? action : request.method,
      method: request.method,
      route: route ?? null,
      account: accountOf(request, gateway),
      server_id: request.outcome.serverId ?? serverOf(request),
      status: reply.statusCode,
      outcome: outcomeOf(request, reply),
      problem,
      side_effect: sideEffectOf(request, reply),
      operation_id: operationId,
      upstream_calls: request.context.counters.upstreamCalls,
      duration_ms: Math.round(performance.now() - request.beganAt)
    })
    done(null, payload)
  })
}

/** The route requires no key, or the key was refused. */
const isAnonymous = ({ outcome, routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.permission === undefined || outcome.problem === 'unauthenticated'

/** The path is the caller's text, so only the id of a configured account is taken from it. */
function accountOf ({ account, params }: FastifyRequest, gateway: Gateway): string | null {
  return account?.id ?? gateway.account(param(params, 'account') ?? '')?.id ?? null
}

function serverOf ({ params, routeOptions: { url = '' } }: FastifyRequest): string | null {
  const id = url.startsWith('/v1/:account/servers/:id') ? param(params, 'id') : null
  return id !== null && /^[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}$/.test(id) ? id : null
}

function param (params: unknown, name: string): string | null {
  const value: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, name) : null
  return typeof value === 'string' ? value : null
}

function outcomeOf (request: FastifyRequest, reply: FastifyReply): AuditOutcome {
  const { outcome: { problem, operationStatus } } = request
  if (reply.hasHeader('idempotency-replayed')) return 'replayed'
  if (reply.statusCode >= 400) {
    // A raw call passes on the provider's response, which is no problem document; after a 5xx the outcome is unknown.
    if (problem === null ? reply.statusCode >= 500 : sideEffectOf(request, reply) !== 'none') return 'ambiguous'
    return reply.statusCode < 500 || reply.statusCode === 501 ? 'refused' : 'failed'
  }
  if (isDryRun(request)) return 'dry_run'
  if (reply.statusCode === 202) return 'accepted'
  return operationStatus === 'failed' ? 'failed' : operationStatus === 'unknown' ? 'ambiguous' : 'done'
}

const severity: readonly SideEffect[] = ['none', 'possible', 'certain']

function sideEffectOf ({ outcome, context: { counters } }: FastifyRequest, reply: FastifyReply): SideEffect {
  if (reply.hasHeader('idempotency-replayed')) return 'none'
  return severity.indexOf(counters.writes) > severity.indexOf(outcome.sideEffect) ? counters.writes : outcome.sideEffect
}
