import { UpstreamError, type Failure } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import { problemWire, tokenErrorWire } from './schema.ts'

/** Converts a refusal to an error. */
export type ToFailure = (response: HttpResponse) => UpstreamError

/** RFC 6749, 5.2. All of them mean that the configured credentials are refused. */
const tokenErrors: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['invalid_client', 'authentication'],
  ['invalid_scope', 'authentication'],
  ['invalid_grant', 'authentication'],
  ['unauthorized_client', 'authentication'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable']
])

export const tokenFailure: ToFailure = response => {
  const wire = tokenErrorWire.safeParse(parseJson(response.text)).data
  if (wire === undefined) return refused(response)
  const failure = tokenErrors.get(wire.error)
  const facts = { code: wire.error, vendorMessage: wire.error_description ?? null }
  return refused(response, failure === undefined ? facts : { ...facts, failure })
}

/** Refusals come as problem details (RFC 7807). */
export const callFailure: ToFailure = response => {
  const { detail, title } = problemWire.safeParse(parseJson(response.text)).data ?? {}
  return refused(response, { vendorMessage: detail ?? title ?? null })
}

/** A list names no server that could be missing. */
export const listFailure: ToFailure = response => {
  const error = callFailure(response)
  if (error.failure !== 'not-found') return error
  return new UpstreamError('malformed', 'the configured address has no such API or organization', error.options)
}

/**
 * For calls whose body has the caller's values: a refusal whose `context` names a vendor's member is about ours, and
 * a 404 is then about the object that this member refers to, not about the server.
 */
export const namingMembers = (members: ReadonlyMap<string, string>, otherwise = callFailure): ToFailure => response => {
  const error = callFailure(response)
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

const orderMembers = namingMembers(new Map([
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
export const orderFailure: ToFailure = response => {
  const error = orderMembers(response)
  return error.failure === 'not-found' ? error.meaning('rejected') : error
}
