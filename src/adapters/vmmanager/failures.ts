import type { Failure, UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { failureOfStatus, isSuccess } from '../../upstream/read.ts'
import { complaintWire } from './schema.ts'

export interface Complaint {
  readonly code: number | string | null
  readonly message: string | null
  /** The vendor's members that the error names. */
  readonly names: readonly string[]
}

export type FailureFacts = UpstreamErrorOptions & { readonly failure: Failure }

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
  const wire = complaintWire.safeParse(error)
  if (!wire.success) return { code: null, message: null, names: [] }
  const { code, msg, value } = wire.data
  return { code: code ?? null, message: msg ?? null, names: namesIn(value ?? {}) }
}

/** The form of `value` is not documented: the name may be a value or a key. */
const namesIn = (value: Readonly<Record<string, unknown>>): string[] =>
  typeof value['name'] === 'string' ? [value['name']] : Object.keys(value)

export const callFailure: ToFailure = (response, complaint) => {
  const said = { code: complaint?.code ?? null, vendorMessage: complaint?.message ?? null }
  // One code for an expired token and for missing rights: a new sign-in distinguishes them.
  if (response.status === 401 && said.code !== null && String(said.code) === '3001') {
    return { ...said, failure: 'authentication', afterFreshLogin: 'forbidden' }
  }
  const failure = codes.get(String(said.code)) ?? (isSuccess(response) ? 'rejected' : failureOfStatus(response.status))
  // 500 is the answer to a filter that it does not understand, so a retry does not help.
  return { ...said, failure, ...(response.status === 500 ? { passing: false } : {}) }
}

/** The vendor's members and the corresponding members of the caller's request. */
export type Members = ReadonlyMap<string, string>

const memberOf = (complaint: Complaint | null, members: Members): string | undefined =>
  complaint?.names.map(name => members.get(name)).find(member => member !== undefined)

/** For calls about a server: another missing object is a bad member of the request. */
export const memberFailure = (members: Members): ToFailure => (response, complaint) => {
  const failureFacts = callFailure(response, complaint)
  const member = memberOf(complaint, members)
  if (member === undefined || String(failureFacts.code) === unknownHost) return failureFacts
  if (failureFacts.failure === 'not-found') return { ...failureFacts, failure: 'rejected', member }
  return failureFacts.failure === 'rejected' ? { ...failureFacts, member } : failureFacts
}

/** For calls that create: no object could be missing yet. */
export const creationFailure = (members: Members): ToFailure => (response, complaint) => {
  const failureFacts = memberFailure(members)(response, complaint)
  return failureFacts.failure === 'not-found' && complaint !== null ? { ...failureFacts, failure: 'rejected' } : notHere(failureFacts)
}

/** For calls about an object in our path other than a server; only the platform's own error says that it is missing. */
export const pathFailure = (missing: string, members: Members = new Map()): ToFailure => (response, complaint) => {
  const failureFacts = callFailure(response, complaint)
  if (failureFacts.failure === 'not-found' && complaint !== null) return { ...failureFacts, member: missing }
  const member = failureFacts.failure === 'rejected' ? memberOf(complaint, members) : undefined
  return member === undefined ? notHere(failureFacts) : { ...failureFacts, member }
}

/** A 404 to a list or a sign-in is never about a server. */
const elsewhere = new Set<Failure>(['not-found', 'unsupported'])

const notHere = (failureFacts: FailureFacts): FailureFacts => elsewhere.has(failureFacts.failure) ? { ...failureFacts, failure: 'malformed' } : failureFacts

/** An unknown list means a wrong address. */
export const listFailure: ToFailure = (response, complaint) => notHere(callFailure(response, complaint))

/** A list filtered by one server may report that it is missing. */
export const findFailure: ToFailure = (response, complaint) =>
  String(complaint?.code) === unknownHost ? callFailure(response, complaint) : listFailure(response, complaint)

const credentialFaults = new Set<Failure>(['not-found', 'rejected', 'conflict'])

/** A sign-in that the platform refuses means wrong credentials, such as an unknown user. */
export const signInFailure: ToFailure = (response, complaint) => {
  const failureFacts = callFailure(response, complaint)
  if (complaint !== null && credentialFaults.has(failureFacts.failure)) return { ...failureFacts, failure: 'authentication' }
  return notHere(failureFacts)
}

/** The administrator's token is new, so 3001 can only mean missing rights. */
export const keyFailure: ToFailure = (response, complaint) => {
  const failureFacts = signInFailure(response, complaint)
  return failureFacts.afterFreshLogin === undefined ? failureFacts : { ...failureFacts, failure: failureFacts.afterFreshLogin }
}
