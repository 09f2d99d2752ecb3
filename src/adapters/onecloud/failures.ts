import type { Failure, UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, parseJson } from '../../upstream/read.ts'
import { errorWire } from './schema.ts'

export type FailureFacts = UpstreamErrorOptions & { readonly failure: Failure }

/** How the refusal of one kind of call becomes a failure. */
export type ToFailure = (response: HttpResponse) => FailureFacts

/** Where `class` says more than the HTTP status: pkg/httperrors/consts.go. */
const classes: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['InvalidStatusError', 'conflict'],
  ['ServerStatusError', 'conflict'],
  ['OutOfQuotaError', 'quota'],
  ['InsufficientResourceError', 'quota'],
  ['RequireLicenseError', 'unavailable'],
  ['ActionNotFoundError', 'unsupported'],
  ['SpecNotFoundError', 'unsupported'],
  ['UnsupportOperationError', 'unsupported'],
  ['NotSupportedError', 'unsupported'],
  ['NotAcceptableError', 'conflict'],
  ['NotEmptyError', 'conflict']
])

export const callFailure: ToFailure = response => {
  const { code, details } = complaintOf(response)
  const said = { code, vendorMessage: messageOf(response, details) }
  if (response.status === 401) return { ...said, failure: 'authentication' }
  if (response.status === 403 && isOfGuest(details)) return { ...said, failure: 'authentication', afterFreshLogin: 'forbidden' }
  if (isOfLostService(details)) return { code, vendorMessage: null, failure: 'unavailable', notAttempted: response.status < 499 }
  const failure = classes.get(code ?? '') ?? (response.status === 406 ? 'conflict' : failureOfStatus(response.status))
  return { ...said, failure, ...(response.status === 499 || code === 'RequireLicenseError' ? { passing: false } : {}) }
}

/** Another project's record is refused, not missing; to us there is no such server. */
export const getFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.failure === 'forbidden' && failureFacts.code === 'ForbiddenError' ? { ...failureFacts, failure: 'not-found' } : failureFacts
}

/** Where a list is unknown there is no such service. */
export const listFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.failure === 'not-found' || failureFacts.failure === 'unsupported' ? { ...failureFacts, failure: 'malformed' } : failureFacts
}

/** The vendor's own words for what a request can name, the same in every language of its complaints, and the member that names it. */
export type Named = ReadonlyArray<readonly [word: string, member: string]>

/**
 * For calls that name more than the server: a complaint about an image or a plan is a refusal of that member, never a missing server.
 * The words only choose the member. `otherwise` is the member of a 404 that has none of them.
 */
export const naming = (named: Named, otherwise?: string): ToFailure => response => {
  const failureFacts = callFailure(response)
  const { code, details } = complaintOf(response)
  if (code === 'WeakPasswordError') return { ...failureFacts, member: 'body.password' }
  if (code === null || !(failureFacts.failure === 'rejected' || failureFacts.failure === 'not-found')) return failureFacts
  const [text = ''] = details.toLowerCase().split('{"', 1)
  const member = named.find(([word]) => new RegExp(`\\b${word}\\b`).test(text))?.[1] ?? (failureFacts.failure === 'not-found' ? otherwise : undefined)
  return member === undefined ? failureFacts : { ...failureFacts, failure: 'rejected', member }
}

const createNames: Named = [
  ['serversku', 'body.plan'], ['sku', 'body.plan'], ['keypair', 'body.ssh_keys'], ['cloudregion', 'body.region'], ['region', 'body.region'],
  ['project', 'body.owner'], ['network', 'body.networks'], ['hypervisor', 'body.options'], ['image', 'body.image']
]
const creating = naming(createNames)

/** There is no server yet that could be missing. */
export const createFailure: ToFailure = response => {
  const failureFacts = creating(response)
  if (failureFacts.code === 'DuplicateNameError') return { ...failureFacts, member: 'body.name' }
  return failureFacts.failure === 'not-found' || failureFacts.failure === 'unsupported' ? { ...failureFacts, failure: 'rejected' } : failureFacts
}

/** `Guest has 1 task active, can't sync status` has the class of bad input; nothing in the call could be bad. */
export const syncFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.failure === 'rejected' ? { ...failureFacts, failure: 'conflict' } : failureFacts
}

/** For calls that give a name, which may be taken. */
export const nameFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.code === 'DuplicateNameError' ? { ...failureFacts, member: 'body.name' } : failureFacts
}

/** What keystone answers when these credentials, as configured, do not sign in: 404 is an unknown user or domain, 423 a locked one. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 423])

export const signInFailure: ToFailure = response => {
  const { code, details } = complaintOf(response)
  const said = { code, vendorMessage: messageOf(response, details) }
  if (response.status === 401 || (code !== null && refusals.has(response.status))) return { ...said, failure: 'authentication' }
  // One more try would keep the user locked out for longer.
  if (code === 'TooManyFailedAttempts') return { ...said, failure: 'rate-limited', passing: false }
  const failure = failureOfStatus(response.status)
  return { ...said, failure: failure === 'not-found' || failure === 'unsupported' ? 'malformed' : failure }
}

interface Complaint {
  readonly code: string | null
  readonly details: string
}

function complaintOf (response: HttpResponse): Complaint {
  const wire = errorWire.safeParse(parseJson(response.text))
  return wire.success ? { code: wire.data.class ?? null, details: wire.data.details ?? '' } : { code: null, details: '' }
}

/**
 * A token that can not be verified makes its caller a guest, whom the rights check refuses: 403, never 401.
 * The scope that was granted is told nowhere but in the text.
 */
const isOfGuest = (details: string): boolean => /\ballow:none\b/.test(details)

/**
 * One service of the vendor's could not reach another, such as region its image service. It says so with the class of bad input, and
 * only the network error of its language, which quotes the inner address, tells the two apart.
 */
const isOfLostService = (details: string): boolean => /\bdial (?:tcp|udp)\b/.test(details)

/** The vendor's 5xx quote SQL, requests and connection strings; 499 tells of hosts inside the cloud. */
const messageOf = (response: HttpResponse, details: string): string | null =>
  response.status >= 499 ? null : innermost(details) || null

const deepest = 5

/** `List: Filter: {"error":{"details":"the real text"}}`, and once more within. */
function innermost (details: string, depth = 0): string {
  const at = details.indexOf('{"')
  if (at < 0) return withoutChain(details)
  const wire = depth < deepest ? errorWire.safeParse(parseJson(details.slice(at))) : null
  const inner = wire?.success === true ? wire.data.details ?? '' : ''
  return inner === '' ? withoutChain(details.slice(0, at)) : innermost(inner, depth + 1)
}

/** Without the names of Go functions that the text has come through. */
const withoutChain = (text: string): string => text.trim().replace(/^(?:[A-Za-z_][\w.]*:(?: |$))+/, '')
