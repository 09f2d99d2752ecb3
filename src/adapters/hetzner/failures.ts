import type { Failure, UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import type { Allowed } from '../contract.ts'
import { errorWire, fieldsWire } from './schema.ts'

/** By code, because statuses mislead: `token_readonly` is a 401, `maintenance` a 403, `service_error` a 422. */
const codes: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['unauthorized', 'authentication'],
  ['token_readonly', 'forbidden'],
  ['forbidden', 'forbidden'],
  ['resource_locked', 'forbidden'],
  ['resource_limit_exceeded', 'quota'],
  ['not_found', 'not-found'],
  ['method_not_allowed', 'unsupported'],
  ['deprecated_api_endpoint', 'unsupported'],
  ['uniqueness_error', 'conflict'],
  ['conflict', 'conflict'],
  ['locked', 'conflict'],
  ['protected', 'conflict'],
  ['resource_in_use', 'conflict'],
  ['must_be_unassigned', 'conflict'],
  ['server_not_stopped', 'conflict'],
  ['server_already_attached', 'conflict'],
  ['already_in_placement_group', 'conflict'],
  ['floating_ip_assigned', 'conflict'],
  ['primary_ip_assigned', 'conflict'],
  ['primary_ip_already_assigned', 'conflict'],
  ['server_has_ipv4', 'conflict'],
  ['server_has_ipv6', 'conflict'],
  ['server_is_load_balancer_target', 'conflict'],
  ['guest_agent_unavailable', 'conflict'],
  ['resource_unavailable', 'capacity'],
  ['placement_error', 'capacity'],
  ['no_space_left_in_location', 'capacity'],
  ['json_error', 'rejected'],
  ['invalid_input', 'rejected'],
  ['rate_limit_exceeded', 'rate-limited'],
  ['service_error', 'unavailable'],
  ['maintenance', 'unavailable'],
  ['robot_unavailable', 'unavailable'],
  ['server_error', 'unavailable'],
  ['unknown_error', 'unavailable'],
  ['bad_gateway', 'unavailable'],
  ['unavailable', 'unavailable'],
  ['timeout', 'unavailable']
])

/** Codes of a 403 that certainly changed nothing and pass. */
const idle: ReadonlySet<string> = new Set(['maintenance'])

/** What the objects of a call are to our caller. */
export interface About {
  /** The vendor's names of the members of the request, and ours. */
  readonly members?: ReadonlyMap<string, string> | undefined
  /** What is missing, if it is not the server. */
  readonly missing?: { readonly failure: Failure, readonly member?: string }
}

const hourS = 3600

/**
 * The bucket refills evenly, so one request is free again after a moment. `RateLimit-Reset` is the time at which it is full again, up to
 * an hour away.
 */
function waitMs (headers: HttpResponse['headers']): number {
  const limit = Number(headers['ratelimit-limit'])
  return Math.max(1, Number.isFinite(limit) && limit > 0 ? Math.ceil(hourS / limit) : 1) * 1000
}

/** All tokens of a project share its requests. */
export function readAllowed (headers: HttpResponse['headers']): Allowed | null {
  const remaining = headers['ratelimit-remaining'] ?? ''
  return /^\d{1,9}$/.test(remaining) ? { remaining: Number(remaining), nextMs: waitMs(headers) } : null
}

/** With the members of the request, an unknown object that the request names is no missing server. */
export function callFailure (response: HttpResponse, { members, missing }: About = {}): UpstreamError {
  const { code = null, message = null, details = null } = errorWire.safeParse(parseJson(response.text)).data?.error ?? {}
  // An unknown path is refused before the token is read: it says nothing about a server.
  const failure = code === 'not_found' && message === 'api route not found' ? 'unsupported' : codes.get(code ?? '')
  const refusal = refused(response, {
    code,
    vendorMessage: message,
    ...(failure === undefined ? {} : { failure }),
    ...(details === null ? {} : { details }),
    ...(idle.has(code ?? '') ? { notAttempted: true } : {}),
    ...(response.status === 429 && response.headers['retry-after'] === undefined ? { retryAfterMs: waitMs(response.headers) } : {})
  })
  if (code === 'uniqueness_error' && members?.has('name') === true) return refusal.meaning('conflict', { member: 'body.name' })
  if (refusal.failure !== 'rejected' && refusal.failure !== 'not-found') return refusal
  const member = members === undefined ? undefined : memberOf(details, message ?? '', members)
  if (member !== undefined) return refusal.meaning('rejected', { member })
  if (refusal.failure === 'rejected' || missing === undefined) return refusal
  return refusal.meaning(missing.failure, missing.member === undefined ? {} : { member: missing.member })
}

/** The refused member by its field; where the vendor names none, the words of the message only select one of those that were sent. */
function memberOf (details: unknown, message: string, members: ReadonlyMap<string, string>): string | undefined {
  const fields = fieldsWire.safeParse(details).data?.fields ?? []
  const [field] = fields.flatMap(({ name }) => members.get(name.split(/[.[]/)[0] ?? '') ?? [])
  if (field !== undefined) return field
  const words = message.toLowerCase().replaceAll(/[_-]/g, ' ')
  return [...members].find(([name]) => words.includes(name.replaceAll('_', ' ').replace(/s$/, '')))?.[1]
}
