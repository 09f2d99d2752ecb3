import type { Failure, UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, parseJson } from '../../upstream/read.ts'
import { errorWire } from './schema.ts'

export type FailureFacts = UpstreamErrorOptions & { readonly failure: Failure }

/** Converts the refusal of one kind of call to a failure. */
export type ToFailure = (response: HttpResponse) => FailureFacts

/** Values of `class` that are more exact than the HTTP status: pkg/httperrors/consts.go. */
const classes: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['InvalidStatusError', 'conflict'],
  ['ServerStatusError', 'conflict'],
  ['OutOfQuotaError', 'quota'],
  ['InsufficientResourceError', 'capacity'],
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

/** The vendor refuses another project's record with 403; for us there is no such server. */
export const getFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.failure === 'forbidden' && failureFacts.code === 'ForbiddenError' ? { ...failureFacts, failure: 'not-found' } : failureFacts
}

/** An unknown list means that there is no such service. */
export const listFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.failure === 'not-found' || failureFacts.failure === 'unsupported' ? { ...failureFacts, failure: 'malformed' } : failureFacts
}

/** The vendor's words for the objects of a request, the same in every language of its messages, and our member for each. */
export type Named = ReadonlyArray<readonly [word: string, member: string]>

/**
 * For calls that refer to more than the server: a 404 about an image or a plan is a refusal of that member, never a missing server.
 * The words only select the member. `otherwise` is the member of a 404 without any of them.
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

/** An order names no server that could be missing. */
export const createFailure: ToFailure = response => {
  const failureFacts = creating(response)
  if (failureFacts.code === 'DuplicateNameError') return { ...failureFacts, member: 'body.name' }
  return failureFacts.failure === 'not-found' || failureFacts.failure === 'unsupported' ? { ...failureFacts, failure: 'rejected' } : failureFacts
}

/** `Guest has 1 task active, can't sync status` has the class of bad input, but this call has no input. */
export const syncFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.failure === 'rejected' ? { ...failureFacts, failure: 'conflict' } : failureFacts
}

/** For calls with a new name, which may be taken. */
export const nameFailure: ToFailure = response => {
  const failureFacts = callFailure(response)
  return failureFacts.code === 'DuplicateNameError' ? { ...failureFacts, member: 'body.name' } : failureFacts
}

/** Keystone's answers to refused credentials: 404 is an unknown user or domain, 423 a locked user. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 423])

export const signInFailure: ToFailure = response => {
  const { code, details } = complaintOf(response)
  const said = { code, vendorMessage: messageOf(response, details) }
  if (response.status === 401 || (code !== null && refusals.has(response.status))) return { ...said, failure: 'authentication' }
  // A retry would prolong the lock.
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
 * A caller whose token cannot be verified is a guest, whom the permission check refuses: 403, never 401.
 * The granted scope is only in the text.
 */
const isOfGuest = (details: string): boolean => /\ballow:none\b/.test(details)

/**
 * One vendor service could not reach another, such as region its image service. The answer has the class of bad input;
 * only Go's network error in the text, which quotes the inner address, distinguishes the two.
 */
const isOfLostService = (details: string): boolean => /\bdial (?:tcp|udp)\b/.test(details)

/** The vendor's 5xx quote SQL, requests and connection strings; 499 names hosts inside the cloud. */
const messageOf = (response: HttpResponse, details: string): string | null =>
  response.status >= 499 ? null : innermost(details) || null

const deepest = 5

/** `List: Filter: {"error":{"details":"the real text"}}`, possibly nested once more. */
function innermost (details: string, depth = 0): string {
  const at = details.indexOf('{"')
  if (at < 0) return withoutChain(details)
  const wire = depth < deepest ? errorWire.safeParse(parseJson(details.slice(at))) : null
  const inner = wire?.success === true ? wire.data.details ?? '' : ''
  return inner === '' ? withoutChain(details.slice(0, at)) : innermost(inner, depth + 1)
}

/** Removes the leading names of Go functions. */
const withoutChain = (text: string): string => text.trim().replace(/^(?:[A-Za-z_][\w.]*:(?: |$))+/, '')
