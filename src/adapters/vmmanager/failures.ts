import type { Failure, UpstreamErrorOptions } from '../../domain/failure.js'
import type { HttpResponse } from '../../upstream/http.js'
import { failureOfStatus, isSuccess } from '../../upstream/read.js'
import { complaintWire } from './schema.js'

export interface Complaint {
  readonly code: number | string | null
  readonly message: string | null
}

export type Told = UpstreamErrorOptions & { readonly failure: Failure }

/** How a function's answer becomes a failure; `complaint` is null where the body has none. */
export type Tell = (response: HttpResponse, complaint: Complaint | null) => Told

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
  if (typeof error === 'string') return { code: null, message: error }
  const wire = complaintWire.safeParse(error)
  return wire.success ? { code: wire.data.code ?? null, message: wire.data.msg ?? null } : { code: null, message: null }
}

export const callFailure: Tell = (response, complaint) => {
  const said = { code: complaint?.code ?? null, vendorMessage: complaint?.message ?? null }
  // One code for a dead token and for a function that is closed to us: a fresh sign-in tells them apart.
  if (response.status === 401 && said.code !== null && String(said.code) === '3001') {
    return { ...said, failure: 'authentication', afterFreshLogin: 'forbidden' }
  }
  const failure = codes.get(String(said.code)) ?? (isSuccess(response) ? 'rejected' : failureOfStatus(response.status))
  // 500 answers a filter it does not understand, for ever.
  return { ...said, failure, ...(response.status === 500 ? { passing: false } : {}) }
}

/** What a list or a sign-in misses is never a server. */
const elsewhere = new Set<Failure>(['not-found', 'unsupported'])

/** Where a list is unknown there is no such platform. */
export const listFailure: Tell = (response, complaint) => {
  const told = callFailure(response, complaint)
  return elsewhere.has(told.failure) ? { ...told, failure: 'malformed' } : told
}

/** A list that is asked for one server may say that there is none. */
export const findFailure: Tell = (response, complaint) =>
  String(complaint?.code) === unknownHost ? callFailure(response, complaint) : listFailure(response, complaint)

const credentialFaults = new Set<Failure>(['not-found', 'rejected', 'conflict'])

/** What the platform itself finds wrong with a sign-in is wrong with the credentials as configured: an unknown user, say. */
export const signInFailure: Tell = (response, complaint) => {
  const told = callFailure(response, complaint)
  if (complaint !== null && credentialFaults.has(told.failure)) return { ...told, failure: 'authentication' }
  return elsewhere.has(told.failure) ? { ...told, failure: 'malformed' } : told
}

/** The administrator's token is a moment old here, so 3001 can only mean a lack of rights. */
export const keyFailure: Tell = (response, complaint) => {
  const told = signInFailure(response, complaint)
  return told.afterFreshLogin === undefined ? told : { ...told, failure: told.afterFreshLogin }
}
