import type { Failure, UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, isSuccess } from '../../upstream/read.ts'
import { complaintWire } from './schema.ts'

interface Complaint {
  readonly code: number | string | null
  readonly message: string | null
  /** The vendor's members that the error names. */
  readonly names: readonly string[]
}

type FailureFacts = UpstreamErrorOptions & { readonly failure: Failure }

/** Converts an endpoint's answer to a failure; `complaint` is null if the body has no error. */
export type ToFailure = (response: HttpResponse, complaint: Complaint | null) => FailureFacts

const unknownHost = '5021'

const codes: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['1000', 'authentication'],
  ['3001', 'forbidden'],
  [unknownHost, 'not-found'],
  ['22013', 'authentication']
])

/** The member `error` of any answer, also of a 2xx. */
export function complaintOf (body: unknown): Complaint | null {
  if (body === null || typeof body !== 'object' || !('error' in body)) return null
  const { error } = body
  if (error === null || error === false || error === '') return null
  if (typeof error === 'string') return { code: null, message: error, names: [] }
  const { code = null, msg = null, value } = complaintWire.safeParse(error).data ?? {}
  return { code, message: msg, names: namesIn(value ?? {}) }
}

/** The form of `value` is not documented: the name may be a value or a key. */
const namesIn = (value: Readonly<Record<string, unknown>>): string[] =>
  typeof value['name'] === 'string' ? [value['name']] : Object.keys(value)

export const callFailure: ToFailure = (response, complaint) => {
  const { code = null, message: vendorMessage = null } = complaint ?? {}
  // One code for an expired token and for missing rights: a new sign-in distinguishes them.
  if (response.status === 401 && String(code) === '3001') {
    return { code, vendorMessage, failure: 'authentication', afterFreshLogin: 'forbidden' }
  }
  const failure = codes.get(String(code)) ?? (isSuccess(response) ? 'rejected' : failureOfStatus(response.status))
  // 500 is the answer to a filter that it does not understand, so a retry does not help.
  return { code, vendorMessage, failure, ...(response.status === 500 ? { passing: false } : {}) }
}

/** The vendor's members and the corresponding members of the caller's request. */
type Members = ReadonlyMap<string, string>

const memberOf = (complaint: Complaint | null, members: Members): string | undefined =>
  complaint?.names.map(name => members.get(name)).find(member => member !== undefined)

/** For calls about a server: another missing object is a bad member of the request. */
export const memberFailure = (members: Members): ToFailure => (response, complaint) => {
  const facts = callFailure(response, complaint)
  const member = memberOf(complaint, members)
  if (member === undefined || String(facts.code) === unknownHost) return facts
  return facts.failure === 'not-found' || facts.failure === 'rejected' ? { ...facts, failure: 'rejected', member } : facts
}

/** For calls that create: no object could be missing yet. */
export const creationFailure = (members: Members): ToFailure => (response, complaint) => {
  const facts = memberFailure(members)(response, complaint)
  return facts.failure === 'not-found' && complaint !== null ? { ...facts, failure: 'rejected' } : wrongAddress(facts)
}

/** For calls about an object in our path other than a server; only the platform's own error says that it is missing. */
export const pathFailure = (missing: string, members: Members = new Map()): ToFailure => (response, complaint) => {
  const facts = callFailure(response, complaint)
  if (facts.failure === 'not-found' && complaint !== null) return { ...facts, member: missing }
  const member = facts.failure === 'rejected' ? memberOf(complaint, members) : undefined
  return member === undefined ? wrongAddress(facts) : { ...facts, member }
}

/** A 404 to a list, a create or a sign-in is about the address of the platform, never about a server. */
const wrongAddress = (facts: FailureFacts): FailureFacts =>
  facts.failure === 'not-found' || facts.failure === 'unsupported' ? { ...facts, failure: 'malformed' } : facts

export const listFailure: ToFailure = (response, complaint) => wrongAddress(callFailure(response, complaint))

/** A list filtered by one server may report that it is missing. */
export const findFailure: ToFailure = (response, complaint) =>
  (String(complaint?.code) === unknownHost ? callFailure : listFailure)(response, complaint)

const credentialFaults = new Set<Failure>(['not-found', 'rejected', 'conflict'])

/** A sign-in that the platform refuses means wrong credentials, such as an unknown user. */
export const signInFailure: ToFailure = (response, complaint) => {
  const facts = callFailure(response, complaint)
  if (complaint !== null && credentialFaults.has(facts.failure)) return { ...facts, failure: 'authentication' }
  return wrongAddress(facts)
}

/** The administrator's token is new, so 3001 can only mean missing rights. */
export const keyFailure: ToFailure = (response, complaint) => {
  const facts = signInFailure(response, complaint)
  return { ...facts, failure: facts.afterFreshLogin ?? facts.failure }
}
