import type { Failure, UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import type { Allowed } from '../contract.ts'
import { errorWire, fieldsWire } from './schema.ts'

/** By code, because statuses mislead: `token_readonly` is a 401, `maintenance` a 403, `service_error` a 422. */
const codesOf: ReadonlyArray<readonly [Failure, readonly string[]]> = [
  ['authentication', ['unauthorized']],
  ['forbidden', ['token_readonly', 'forbidden', 'resource_locked']],
  ['quota', ['resource_limit_exceeded']],
  ['not-found', ['not_found']],
  ['unsupported', ['method_not_allowed', 'deprecated_api_endpoint']],
  ['conflict', [
    'uniqueness_error', 'conflict', 'locked', 'protected', 'resource_in_use', 'must_be_unassigned', 'server_not_stopped',
    'server_already_attached', 'already_in_placement_group', 'floating_ip_assigned', 'primary_ip_assigned', 'primary_ip_already_assigned',
    'server_has_ipv4', 'server_has_ipv6', 'server_is_load_balancer_target', 'guest_agent_unavailable'
  ]],
  ['capacity', ['resource_unavailable', 'placement_error', 'no_space_left_in_location']],
  ['rejected', ['json_error', 'invalid_input']],
  ['rate-limited', ['rate_limit_exceeded']],
  ['unavailable', [
    'service_error', 'maintenance', 'robot_unavailable', 'server_error', 'unknown_error', 'bad_gateway', 'unavailable', 'timeout'
  ]]
]
const failureOf = new Map(codesOf.flatMap(([failure, codes]) => codes.map(code => [code, failure] as const)))

/** Codes of a 403 after which nothing has changed and a retry may succeed. */
const idle: ReadonlySet<string> = new Set(['maintenance'])

/** Relates a refusal of a call to the request of the caller. */
export interface About {
  /** The vendor's names of the members of the request, and ours. */
  readonly members?: ReadonlyMap<string, string> | undefined
  /** The meaning of a 404 that is not about the server. */
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

/** With `members`, a missing object that the request names is a refused member, not a missing server. */
export function callFailure (response: HttpResponse, { members, missing }: About = {}): UpstreamError {
  const { code = null, message = null, details = null } = errorWire.safeParse(parseJson(response.text)).data?.error ?? {}
  // An unknown path is refused before the token is read: it says nothing about a server.
  const failure = code === 'not_found' && message === 'api route not found' ? 'unsupported' : failureOf.get(code ?? '')
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

/** The refused member by its field; if the vendor names none, the text of the message selects one of those that were sent. */
function memberOf (details: unknown, message: string, members: ReadonlyMap<string, string>): string | undefined {
  const fields = fieldsWire.safeParse(details).data?.fields ?? []
  const [field] = fields.flatMap(({ name }) => members.get(name.split(/[.[]/)[0] ?? '') ?? [])
  if (field !== undefined) return field
  const words = message.toLowerCase().replaceAll(/[_-]/g, ' ')
  return [...members].find(([name]) => words.includes(name.replaceAll('_', ' ').replace(/s$/, '')))?.[1]
}
