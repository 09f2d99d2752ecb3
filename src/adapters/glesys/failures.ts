import type { Failure } from '../../domain/failure.ts'

/** `status` is from HTTP, `code` from the envelope. */
export interface Refusal {
  readonly status: number
  readonly code: number | null
  readonly text: string
}

const codes: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [0, 'unavailable'],
  [601, 'unavailable'],
  [603, 'quota'],
  [604, 'quota'],
  [605, 'unavailable'],
  [606, 'unavailable'],
  [607, 'conflict'],
  [608, 'unavailable'],
  [609, 'rejected'],
  [610, 'rejected'],
  [612, 'rejected'],
  [613, 'unavailable'],
  [614, 'rejected'],
  [615, 'rejected'],
  [616, 'rejected'],
  // The host has not enough memory.
  [617, 'capacity'],
  [618, 'quota'],
  [619, 'unavailable'],
  [620, 'conflict']
])

type Row = readonly [test: (refusal: Refusal) => boolean, failure: Failure]

const says = ({ text }: Refusal, words: string): boolean => text.toLowerCase().includes(words)
const codeMeans = ({ code }: Refusal, failure: Failure): boolean => code !== null && codes.get(code) === failure

/**
 * The first matching row decides. The sentences are matched because nothing else distinguishes a locked server from a
 * forbidden one (both 403), or a missing server from bad input (both 400); the status goes first, since a locked account is a 401.
 */
const rows: readonly Row[] = [
  [({ status }) => status === 401 || status === 419, 'authentication'],
  [refusal => (refusal.status === 403 || refusal.status === 500 || refusal.code === 606) && says(refusal, 'locked'), 'conflict'],
  [({ status }) => status === 405 || status === 403, 'forbidden'],
  [refusal => refusal.status === 404 && says(refusal, 'not supported'), 'unsupported'],
  [refusal => refusal.status === 404 || (refusal.status === 400 && (says(refusal, 'not find') || says(refusal, 'not found'))), 'not-found'],
  [refusal => codeMeans(refusal, 'conflict'), 'conflict'],
  [refusal => refusal.status === 400 || codeMeans(refusal, 'rejected'), 'rejected'],
  [refusal => codeMeans(refusal, 'quota'), 'quota'],
  [refusal => codeMeans(refusal, 'capacity'), 'capacity'],
  [refusal => refusal.status >= 500 || codeMeans(refusal, 'unavailable'), 'unavailable']
]

/** Undefined if no row matches: the HTTP status then decides alone. */
export const failureOf = (refusal: Refusal): Failure | undefined => rows.find(([test]) => test(refusal))?.[1]

/**
 * Whether a code with HTTP 200 is a failure. Other codes are not: in August 2020 it was a transaction id, and 0 with the text OK
 * is a success.
 */
export const isFailureCode = (code: number, text: string): boolean =>
  code === 0 ? text.trim().toLowerCase() !== 'ok' : codes.has(code) || (code >= 400 && code < 600)

const isMissing = (failure: Failure): boolean => failure === 'not-found' || failure === 'unsupported'

/** A list names no server: a 404 is about the endpoint. */
export const listFailure = (failure: Failure): Failure => isMissing(failure) ? 'malformed' : failure

/** An order names no server: a 404 is about an object that it refers to. */
export const orderFailure = (failure: Failure): Failure => isMissing(failure) ? 'rejected' : failure

/** The sentence distinguishes a missing server, which is always named, from a missing address. */
export const addressFailure = (failure: Failure, payload: Refusal): Failure =>
  failure === 'not-found' && !says(payload, 'server') ? 'rejected' : failure

const refusedCredentials: ReadonlySet<Failure> = new Set<Failure>(['rejected', 'forbidden', 'conflict', 'not-found'])

/** A sign-in sends only credentials, so refusing its arguments is refusing the credentials. */
export function loginFailure (failure: Failure, { status }: Refusal): Failure {
  if (status === 404 || failure === 'unsupported') return 'malformed'
  return refusedCredentials.has(failure) ? 'authentication' : failure
}
