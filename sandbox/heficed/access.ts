import type { SimulatedReply } from '../simulator.ts'
import { problem, type Call } from './replies.ts'
import type { Grant } from './tokens.ts'

export const unauthorized = (call: Pick<Call, 'world' | 'request'>): SimulatedReply => problem(call, {
  status: 401,
  detail: 'The access token is invalid or expired',
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' }
})

export function refuseScope (call: Pick<Call, 'world' | 'request'>, grant: Grant, scopes: readonly string[]): SimulatedReply | undefined {
  if (scopes.every(scope => grant.scopes.includes(scope))) return undefined
  return problem(call, {
    status: 403,
    detail: 'The access token does not grant the required scope',
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' }
  })
}

export function refuseOrganization (call: Call): SimulatedReply | undefined {
  const { world, params } = call
  if (params['org'] === undefined || params['org'] === world.organizationId) return undefined
  const status = world.knobs.unknownOrganization
  return problem(call, { status, detail: status === 404 ? 'Organization not found' : 'The application does not belong to this organization' })
}
