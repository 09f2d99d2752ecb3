import { UpstreamError, type Failure, type UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import { problemWire, tokenErrorWire } from './schema.ts'

type FailureFacts = UpstreamErrorOptions & { readonly failure?: Failure }

/** RFC 6749, 5.2. All of them mean that the configured credentials are refused. */
const tokenErrors: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['invalid_client', 'authentication'],
  ['invalid_scope', 'authentication'],
  ['invalid_grant', 'authentication'],
  ['unauthorized_client', 'authentication'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable']
])

export function tokenFailure (response: HttpResponse): FailureFacts {
  const wire = tokenErrorWire.safeParse(parseJson(response.text))
  if (!wire.success) return {}
  const failure = tokenErrors.get(wire.data.error)
  return { code: wire.data.error, vendorMessage: wire.data.error_description ?? null, ...(failure === undefined ? {} : { failure }) }
}

/** Refusals come as problem details (RFC 7807). */
function callFailure (response: HttpResponse): FailureFacts {
  const wire = problemWire.safeParse(parseJson(response.text))
  if (!wire.success) return {}
  return { vendorMessage: wire.data.detail ?? wire.data.title ?? null }
}

export const instanceFailure = (response: HttpResponse): UpstreamError => refused(response, callFailure(response))

export function listFailure (response: HttpResponse): UpstreamError {
  const error = instanceFailure(response)
  if (error.failure !== 'not-found') return error
  // A list names no server that could be missing.
  return new UpstreamError('malformed', 'the configured address has no such API or organization', error.options)
}

/**
 * For calls whose body has the caller's values: a refusal whose `context` names a vendor's member is about ours, and
 * a 404 is then about the object that this member refers to, not about the server.
 */
export const namingMembers = (members: ReadonlyMap<string, string>, otherwise = instanceFailure) => (response: HttpResponse): UpstreamError => {
  const error = instanceFailure(response)
  if (error.failure !== 'rejected' && error.failure !== 'not-found') return otherwise(response)
  const named = new Set(namesIn(problemWire.safeParse(parseJson(response.text)).data?.context))
  const member = [...members].find(([vendors]) => named.has(vendors))?.[1]
  return member === undefined ? otherwise(response) : error.meaning('rejected', { member })
}

const deepest = 3

/** The form of `context` is not documented: names in a text, or as keys or values at any depth. Sentences are ignored. */
function namesIn (context: unknown, depth = 0): string[] {
  if (typeof context === 'string') return context.split(',').map(name => name.trim().split(/[./]/).at(-1) ?? '')
  if (typeof context !== 'object' || context === null || depth > deepest) return []
  const keys = Array.isArray(context) ? [] : Object.keys(context)
  return [...keys, ...Object.values(context).flatMap(value => namesIn(value, depth + 1))]
}

const orderNaming = namingMembers(new Map([
  ['templateId', 'body.image'],
  ['locationId', 'body.region'],
  ['instanceTypeId', 'body.options.instance_type'],
  ['sshKeyId', 'body.ssh_keys'],
  ['vcpu', 'body.cpus'],
  ['memory', 'body.memory_mib'],
  ['disk', 'body.disk_gib'],
  ['hostname', 'body.name'],
  ['billingTypeId', 'body.options.billing'],
  ['useCredit', 'body.options.use_credit'],
  ['additionalBandwidth', 'body.options.bandwidth_tb']
]))

/** An order names no server: a 404 is about an object that it refers to. */
export function orderFailure (response: HttpResponse): UpstreamError {
  const error = orderNaming(response)
  return error.failure === 'not-found' ? error.meaning('rejected') : error
}
