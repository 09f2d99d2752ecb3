import { failures, type Failure } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, parseJson } from '../../upstream/read.ts'
import { override, type FailureFacts, type ToFailure } from '../kit/failures.ts'
import { complaintWire, type Complaint } from './schema.ts'

/** Codes of Nova and types of Neutron that are more exact than the HTTP status. */
const codes: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['OverQuota', 'quota'],
  ['overLimit', 'quota'],
  ['ExternalGatewayForFloatingIPNotFound', 'rejected'],
  ['FloatingIPPortAlreadyAssociated', 'conflict']
])

const complaintOf = ({ text }: HttpResponse): Complaint =>
  complaintWire.safeParse(parseJson(text)).data ?? { code: null, message: '', isOfWebob: false }

export const callFailure: ToFailure = response => {
  const { code, message, isOfWebob } = complaintOf(response)
  const { status, headers: { 'x-openstack-request-id': requestId, 'retry-after': retryAfter } } = response
  const facts = { code, vendorMessage: withoutValues(message), ...(requestId === undefined ? {} : { requestId }) }
  // In this form another service has refused Nova's credentials: a new token does not help.
  if (status === 401) return { ...facts, failure: 'authentication', ...(code === 'unauthorized' ? { afterFreshLogin: 'unavailable' } : {}) }
  // The only difference between the two is in the text.
  if (status === 403 && /^(?:Quota exceeded|Maximum number of)/.test(message)) return { ...facts, failure: 'quota' }
  if (status === 413 && retryAfter !== undefined) return { ...facts, failure: 'rate-limited' }
  if (status === 501 || status === 406) return { ...facts, failure: 'unsupported', passing: false }
  const known = codes.get(code ?? '')
  if (known !== undefined && status < 500) return { ...facts, failure: known }
  if (status === 404 && isOfWebob) return { ...facts, failure: 'unsupported' }
  return { ...facts, failure: failureOfStatus(status) }
}

const isNotFound = ({ failure }: FailureFacts): boolean => failure === 'not-found'
const isAbsent = ({ failure }: FailureFacts): boolean => failure === 'not-found' || failure === 'unsupported'

/** An unknown list means that there is no such service. */
export const listFailure = override(callFailure, isNotFound, { failure: 'unsupported' })

/** `marker […] not found` is a 400. */
export const markerFailure = override(
  listFailure, ({ failure, vendorMessage }) => failure === 'rejected' && /\bmarker\b/.test(vendorMessage ?? ''), { failure: 'not-found' }
)

/** Glance reports whatever is missing in the form of an unknown route. */
export const snapshotFailure: ToFailure = response => {
  const facts = callFailure(response)
  return response.status === 404 ? { ...facts, failure: 'not-found', member: 'path.snapshot' } : facts
}

/** For calls about one member of the request: a missing object is a refusal of that member. */
export const about = (member: string): ToFailure =>
  override(callFailure, ({ failure }) => failure === 'rejected' || failure === 'not-found', { failure: 'rejected', member })

/** Nova's field names in refusals by its schema, and phrases of its other refusals, with our members. */
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

/** For calls that name more than the server. The texts only select the member. */
export const naming: ToFailure = response => {
  const facts = callFailure(response)
  if (facts.failure !== 'rejected') return facts
  const { message } = complaintOf(response)
  const subject = schemaRefusal.exec(message)?.[1] ?? message
  const member = fields.find(([pattern]) => pattern.test(subject))?.[1]
  return member === undefined ? facts : { ...facts, member }
}

/** A new server has no state yet, so a 409 is about its networks or ports; and no server can be missing. */
export const createFailure = override(
  override(naming, isAbsent, { failure: 'rejected' }),
  ({ failure }) => failure === 'conflict', { failure: 'rejected', member: 'body.networks' }
)

const schemaRefusal = /^Invalid input for field\/attribute (\S+)\. Value: /
const harmless = /(?:'\w+' is a required property|Additional properties are not allowed \('[\w:-]+' was unexpected\))$/

/** The schema's refusals repeat what was sent, passwords included. */
function withoutValues (message: string): string | null {
  const field = schemaRefusal.exec(message)?.[1]
  if (field === undefined) return message === '' ? null : message
  const reason = harmless.exec(message)?.[0]
  return `Invalid input for field/attribute ${field}${reason === undefined ? '' : `: ${reason}`}`
}

/** Nova looks for a host only after it has accepted the request; the reason of the failure is the only sign that none was found. */
export const toReason = (message: string): string =>
  /\bNo valid host was found/.test(message) ? `${failures.capacity.sentence} (${failures.capacity.problem}): ${message}` : message

/** Keystone's answers to refused credentials; an unknown application credential is 404. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404])

export const signInFailure: ToFailure = response => {
  const { afterFreshLogin, ...facts } = callFailure(response)
  if (response.status === 401 || (facts.code !== null && refusals.has(response.status))) return { ...facts, failure: 'authentication' }
  return isAbsent(facts) ? { ...facts, failure: 'malformed' } : facts
}
