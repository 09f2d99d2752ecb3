import { failures, type Failure, type UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, parseJson } from '../../upstream/read.ts'
import { complaintWire, type Complaint } from './schema.ts'

export type FailureFacts = UpstreamErrorOptions & { readonly failure: Failure }

/** Converts the refusal of one kind of call to a failure. */
export type ToFailure = (response: HttpResponse) => FailureFacts

/** Words of Nova and types of Neutron that are more exact than the HTTP status. */
const words: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['OverQuota', 'quota'],
  ['overLimit', 'quota'],
  ['ExternalGatewayForFloatingIPNotFound', 'rejected'],
  ['FloatingIPPortAlreadyAssociated', 'conflict']
])

const complaintOf = (response: HttpResponse): Complaint => {
  const wire = complaintWire.safeParse(parseJson(response.text))
  return wire.success ? wire.data : { word: null, message: '', isOfWebob: false }
}

export const callFailure: ToFailure = response => {
  const { word, message, isOfWebob } = complaintOf(response)
  const requestId = response.headers['x-openstack-request-id']
  const facts = { code: word, vendorMessage: withoutValues(message), ...(requestId === undefined ? {} : { requestId }) }
  // In Nova's own words it is Nova that another service has refused: a fresh token does not help.
  if (response.status === 401) return { ...facts, failure: 'authentication', ...(word === 'unauthorized' ? { afterFreshLogin: 'unavailable' } : {}) }
  // The only difference between the two is in the text.
  if (response.status === 403 && /^(?:Quota exceeded|Maximum number of)/.test(message)) return { ...facts, failure: 'quota' }
  if (response.status === 413 && response.headers['retry-after'] !== undefined) return { ...facts, failure: 'rate-limited' }
  if (response.status === 501 || response.status === 406) return { ...facts, failure: 'unsupported', passing: false }
  const known = words.get(word ?? '')
  if (known !== undefined && response.status < 500) return { ...facts, failure: known }
  if (response.status === 404 && isOfWebob) return { ...facts, failure: 'unsupported' }
  return { ...facts, failure: failureOfStatus(response.status) }
}

/** Glance has no other form for what is missing. */
export const imageFailure: ToFailure = response => {
  const facts = callFailure(response)
  return response.status === 404 ? { ...facts, failure: 'not-found' } : facts
}

/** An unknown list means that there is no such service. */
export const listFailure: ToFailure = response => {
  const facts = callFailure(response)
  return facts.failure === 'not-found' ? { ...facts, failure: 'unsupported' } : facts
}

/** Names the member of the request that a refusal is about. */
export const about = (member: string, toFailure: ToFailure = callFailure): ToFailure => response => {
  const facts = toFailure(response)
  return facts.failure === 'rejected' || facts.failure === 'not-found' ? { ...facts, failure: 'rejected', member } : facts
}

/** Nova's fields in a refusal of the schema, and its sentences about what a request names; each with our member. */
const fields: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?:name|hostname)$|'name' value/, 'body.name'],
  [/^flavorRef$|[Ff]lavor/, 'body.plan'],
  [/^imageRef$|[Ii]mage/, 'body.image'],
  [/^(?:networks?|uuid|port)$|[Nn]etwork/, 'body.networks'],
  [/^key_name$|key_name|keypair/, 'body.ssh_keys'],
  [/^user_data$/, 'body.user_data'],
  [/^adminPass$/, 'body.password'],
  [/^tags$|^\d+$/, 'body.tags'],
  [/^availability_zone$|availability zone/, 'body.region'],
  [/^security_groups$|security_group/, 'body.options.security_groups'],
  [/^metadata$|metadata/, 'body.options.metadata'],
  [/^config_drive$/, 'body.options.config_drive'],
  [/^(?:block_device_mapping_v2|volume_\w+|delete_on_termination)$|[Bb]lock [Dd]evice|[Vv]olume/, 'body.options.boot_from_volume']
]

/** For calls that name more than the server: the texts only select the member. */
export const naming: ToFailure = response => {
  const facts = callFailure(response)
  if (facts.failure !== 'rejected') return facts
  const { message } = complaintOf(response)
  const subject = schemaRefusal.exec(message)?.[1] ?? message
  const member = fields.find(([pattern]) => pattern.test(subject))?.[1]
  return member === undefined ? facts : { ...facts, member }
}

/** An order is in no state: a 409 refuses its networks or ports. It names no server that could be missing. */
export const createFailure: ToFailure = response => {
  const facts = naming(response)
  if (facts.failure === 'conflict') return { ...facts, failure: 'rejected', member: 'body.networks' }
  return facts.failure === 'not-found' || facts.failure === 'unsupported' ? { ...facts, failure: 'rejected' } : facts
}

const schemaRefusal = /^Invalid input for field\/attribute (\S+)\. Value: /
const harmless = /(?:'\w+' is a required property|Additional properties are not allowed \('[\w:-]+' was unexpected\))$/

/** The schema's refusals repeat what was sent, passwords included. */
function withoutValues (message: string): string | null {
  const field = schemaRefusal.exec(message)?.[1]
  if (field === undefined) return message === '' ? null : message
  const reason = harmless.exec(message)?.[0]
  return `Invalid input for field/attribute ${field}${reason === undefined ? '' : `: ${reason}`}`
}

/** Nova accepts a request before it looks for a host; the reason of the failure is the only sign that there is none. */
export const toReason = (message: string): string =>
  /\bNo valid host was found/.test(message) ? `${failures.capacity.sentence} (${failures.capacity.problem}): ${message}` : message

/** An unknown application credential is 404. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404])

export const signInFailure: ToFailure = response => {
  const facts = callFailure(response)
  if (response.status === 401 || (facts.code !== null && facts.code !== undefined && refusals.has(response.status))) {
    const { afterFreshLogin, ...others } = facts
    return { ...others, failure: 'authentication' }
  }
  return facts.failure === 'not-found' || facts.failure === 'unsupported' ? { ...facts, failure: 'malformed' } : facts
}
