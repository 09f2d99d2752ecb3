import type { Failure, Refusal } from '../src/domain/failure.ts'
import type { ProblemSlug } from '../src/domain/problem.ts'

interface Row {
  readonly slug: ProblemSlug
  readonly status: number
  /** Seconds for Retry-After where nobody said how long. */
  readonly retryAfterS?: number
  /** The cause may be gone on the next try. */
  readonly passing?: boolean
}

/** What can go wrong with a provider, as problems. A missing row does not compile. */
export const failureRows: Readonly<Record<Failure, Row>> = {
  authentication: { slug: 'upstream-authentication', status: 502 },
  forbidden: { slug: 'upstream-forbidden', status: 502 },
  'not-found': { slug: 'server-not-found', status: 404 },
  conflict: { slug: 'conflict', status: 409 },
  rejected: { slug: 'upstream-rejected', status: 422 },
  quota: { slug: 'quota-exceeded', status: 422 },
  'rate-limited': { slug: 'upstream-rate-limited', status: 429, retryAfterS: 30, passing: true },
  suspended: { slug: 'upstream-suspended', status: 503, retryAfterS: 10, passing: true },
  unavailable: { slug: 'upstream-unavailable', status: 503, retryAfterS: 10, passing: true },
  unreachable: { slug: 'upstream-unreachable', status: 502, passing: true },
  timeout: { slug: 'upstream-timeout', status: 504, passing: true },
  malformed: { slug: 'upstream-malformed', status: 502 },
  unsupported: { slug: 'operation-not-supported', status: 501 },
  'circuit-open': { slug: 'circuit-open', status: 503, retryAfterS: 10, passing: true },
  overloaded: { slug: 'overloaded', status: 503, retryAfterS: 5, passing: true }
}

/** What we refuse ourselves, as problems. */
export const refusalRows: Readonly<Record<Refusal, Row>> = {
  'invalid-request': { slug: 'invalid-request', status: 400 },
  unauthenticated: { slug: 'unauthenticated', status: 401 },
  forbidden: { slug: 'forbidden', status: 403 },
  'account-not-found': { slug: 'account-not-found', status: 404 },
  'server-not-found': { slug: 'server-not-found', status: 404 },
  'operation-not-found': { slug: 'operation-not-found', status: 404 },
  'not-found': { slug: 'not-found', status: 404 },
  'method-not-allowed': { slug: 'method-not-allowed', status: 405 },
  conflict: { slug: 'conflict', status: 409 },
  'idempotency-in-progress': { slug: 'idempotency-in-progress', status: 409, passing: true },
  'idempotency-mismatch': { slug: 'idempotency-mismatch', status: 422 },
  'idempotency-unavailable': { slug: 'idempotency-unavailable', status: 503, retryAfterS: 10, passing: true },
  'payload-too-large': { slug: 'payload-too-large', status: 413 },
  'unsupported-media-type': { slug: 'unsupported-media-type', status: 415 },
  'rate-limited': { slug: 'rate-limited', status: 429, retryAfterS: 10, passing: true },
  'operation-not-supported': { slug: 'operation-not-supported', status: 501 },
  overloaded: { slug: 'overloaded', status: 503, retryAfterS: 5, passing: true },
  internal: { slug: 'internal', status: 500 }
}

/** The framework's own errors, by their code; what is not here goes by its status. */
export const frameworkRefusals: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'payload-too-large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported-media-type'],
  ['FST_ERR_NOT_FOUND', 'not-found']
])
