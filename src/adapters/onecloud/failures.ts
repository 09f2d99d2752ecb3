import type { Failure } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, parseJson } from '../../upstream/read.ts'
import { override, type FailureFacts, type ToFailure } from '../kit/failures.ts'
import { noServer } from '../kit/ids.ts'
import { errorWire } from './schema.ts'

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
  const { code, details, vendorMessage } = complaintOf(response)
  const { status } = response
  if (status === 401) return { code, vendorMessage, failure: 'authentication' }
  if (status === 403 && isOfGuest(details)) return { code, vendorMessage, failure: 'authentication', afterFreshLogin: 'forbidden' }
  if (isOfLostService(details)) return { code, vendorMessage: null, failure: 'unavailable', notAttempted: status < 499 }
  const failure = classes.get(code ?? '') ?? (status === 406 ? 'conflict' : failureOfStatus(status))
  return { code, vendorMessage, failure, ...(status === 499 || code === 'RequireLicenseError' ? { passing: false } : {}) }
}

/** The vendor refuses another project's record with 403; here it must be indistinguishable from a missing one. */
export const getFailure: ToFailure = response => {
  const facts = callFailure(response)
  if (facts.failure === 'forbidden' && facts.code === 'ForbiddenError') throw noServer()
  return facts
}

const isAbsent = ({ failure }: Pick<FailureFacts, 'failure'>): boolean => failure === 'not-found' || failure === 'unsupported'

/** An unknown list means that there is no such service. */
export const listFailure = override(callFailure, isAbsent, { failure: 'malformed' })

/** `Guest has 1 task active, can't sync status` has the class of bad input, but this call has no input. */
export const syncFailure = override(callFailure, ({ failure }) => failure === 'rejected', { failure: 'conflict' })

const isDuplicate = ({ code }: FailureFacts): boolean => code === 'DuplicateNameError'

/** For calls with a new name, which may be taken. */
export const nameFailure = override(callFailure, isDuplicate, { member: 'body.name' })

/** The vendor's names of the objects of a request, the same in every language of its messages, and our member for each. */
type Members = Readonly<Record<string, string>>

/**
 * For calls that refer to more than the server: a 404 about an image or a plan is a refusal of that member, never a missing server.
 * The names only select the member. `otherwise` is the member of a 404 without any of them.
 */
export const naming = (members: Members, otherwise?: string): ToFailure => response => {
  const facts = callFailure(response)
  const { code, details } = complaintOf(response)
  if (code === 'WeakPasswordError') return { ...facts, member: 'body.password' }
  if (code === null || !(facts.failure === 'rejected' || facts.failure === 'not-found')) return facts
  const [text = ''] = details.toLowerCase().split('{"', 1)
  const named = Object.keys(members).find(name => new RegExp(`\\b${name}\\b`).test(text))
  const member = members[named ?? ''] ?? (facts.failure === 'not-found' ? otherwise : undefined)
  return member === undefined ? facts : { ...facts, failure: 'rejected', member }
}

const orderFailure = naming({
  serversku: 'body.plan',
  sku: 'body.plan',
  keypair: 'body.ssh_keys',
  cloudregion: 'body.region',
  region: 'body.region',
  project: 'body.owner',
  network: 'body.networks',
  hypervisor: 'body.options',
  image: 'body.image'
})

/** An order names no server that could be missing. */
export const createFailure = override(override(orderFailure, isAbsent, { failure: 'rejected' }), isDuplicate, { member: 'body.name' })

/** Of a snapshot that is gone, not its server. */
export const snapshotFailure = override(
  callFailure, ({ failure, code }) => failure === 'not-found' && code === 'ResourceNotFoundError', { member: 'path.snapshot' }
)

/** Keystone's answers to refused credentials: 404 is an unknown user or domain, 423 a locked user. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 423])

export const signInFailure: ToFailure = response => {
  const { code, vendorMessage } = complaintOf(response)
  if (response.status === 401 || (code !== null && refusals.has(response.status))) return { code, vendorMessage, failure: 'authentication' }
  // A retry would prolong the lock.
  if (code === 'TooManyFailedAttempts') return { code, vendorMessage, failure: 'rate-limited', passing: false }
  const failure = failureOfStatus(response.status)
  return { code, vendorMessage, failure: isAbsent({ failure }) ? 'malformed' : failure }
}

/** `vendorMessage` is null for 499 and 5xx: these quote SQL, requests and connection strings, and hosts inside the cloud. */
function complaintOf ({ status, text }: HttpResponse) {
  const wire = errorWire.safeParse(parseJson(text)).data
  const details = wire?.details ?? ''
  return { code: wire?.class ?? null, details, vendorMessage: status >= 499 ? null : innermost(details) || null }
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

const deepest = 5

/** `List: Filter: {"error":{"details":"the real text"}}`, possibly nested once more. */
function innermost (details: string, depth = 0): string {
  const at = details.indexOf('{"')
  if (at < 0) return withoutChain(details)
  const inner = depth < deepest ? errorWire.safeParse(parseJson(details.slice(at))).data?.details ?? '' : ''
  return inner === '' ? withoutChain(details.slice(0, at)) : innermost(inner, depth + 1)
}

/** Removes the leading names of Go functions. */
const withoutChain = (text: string): string => text.trim().replace(/^(?:[A-Za-z_][\w.]*:(?: |$))+/, '')
