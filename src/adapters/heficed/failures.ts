import { UpstreamError, type Failure, type UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import { problemWire, tokenErrorWire } from './schema.ts'

type Told = UpstreamErrorOptions & { readonly failure?: Failure }

/** RFC 6749, 5.2. All of them mean: these credentials, as configured, do not sign in. */
const tokenErrors: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['invalid_client', 'authentication'],
  ['invalid_scope', 'authentication'],
  ['invalid_grant', 'authentication'],
  ['unauthorized_client', 'authentication'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable']
])

export function tokenFailure (response: HttpResponse): Told {
  const wire = tokenErrorWire.safeParse(parseJson(response.text))
  if (!wire.success) return {}
  const failure = tokenErrors.get(wire.data.error)
  return { code: wire.data.error, vendorMessage: wire.data.error_description ?? null, ...(failure === undefined ? {} : { failure }) }
}

/** Refusals come as problem details (RFC 7807). */
function callFailure (response: HttpResponse): Told {
  const wire = problemWire.safeParse(parseJson(response.text))
  if (!wire.success) return {}
  return { vendorMessage: wire.data.detail ?? wire.data.title ?? null }
}

export const instanceFailure = (response: HttpResponse): UpstreamError => refused(response, callFailure(response))

export function listFailure (response: HttpResponse): UpstreamError {
  const error = instanceFailure(response)
  if (error.failure !== 'not-found') return error
  // A list has no server that could be missing.
  return new UpstreamError('malformed', 'there is no such API or organisation at the configured address', error.options)
}

/**
 * For calls whose body holds the caller's words: a refusal whose `context` names one of the vendor's members is about ours, and
 * then a 404 is about what that member names, not about the server.
 */
export const namingMembers = (members: ReadonlyMap<string, string>, otherwise = instanceFailure) => (response: HttpResponse): UpstreamError => {
  const error = instanceFailure(response)
  if (error.failure !== 'rejected' && error.failure !== 'not-found') return otherwise(response)
  const named = new Set(namesIn(problemWire.safeParse(parseJson(response.text)).data?.context))
  const member = [...members].find(([vendors]) => named.has(vendors))?.[1]
  return member === undefined ? otherwise(response) : error.meaning('rejected', { member })
}

const deepest = 3

/** The form of `context` is unknown: a list of names as text, or names as keys or values of something deeper. Sentences are no names. */
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

/** No server is named in an order: what is not found is something that the order asks for. */
export function orderFailure (response: HttpResponse): UpstreamError {
  const error = orderNaming(response)
  return error.failure === 'not-found' ? error.meaning('rejected') : error
}
