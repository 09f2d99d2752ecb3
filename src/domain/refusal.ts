import type { ProblemRow } from './problem.ts'

const refusalTable = {
  'invalid-request': { slug: 'invalid-request', status: 400, retryAfterS: null, transient: false },
  unauthenticated: { slug: 'unauthenticated', status: 401, retryAfterS: null, transient: false },
  forbidden: { slug: 'forbidden', status: 403, retryAfterS: null, transient: false },
  'account-not-found': { slug: 'account-not-found', status: 404, retryAfterS: null, transient: false },
  'server-not-found': { slug: 'server-not-found', status: 404, retryAfterS: null, transient: false },
  'operation-not-found': { slug: 'operation-not-found', status: 404, retryAfterS: null, transient: false },
  'not-found': { slug: 'not-found', status: 404, retryAfterS: null, transient: false },
  'method-not-allowed': { slug: 'method-not-allowed', status: 405, retryAfterS: null, transient: false },
  conflict: { slug: 'conflict', status: 409, retryAfterS: null, transient: false },
  'idempotency-in-progress': { slug: 'idempotency-in-progress', status: 409, retryAfterS: null, transient: true },
  'idempotency-mismatch': { slug: 'idempotency-mismatch', status: 422, retryAfterS: null, transient: false },
  'idempotency-unavailable': { slug: 'idempotency-unavailable', status: 503, retryAfterS: 10, transient: true },
  'payload-too-large': { slug: 'payload-too-large', status: 413, retryAfterS: null, transient: false },
  'unsupported-media-type': { slug: 'unsupported-media-type', status: 415, retryAfterS: null, transient: false },
  'rate-limited': { slug: 'rate-limited', status: 429, retryAfterS: 10, transient: true },
  'operation-not-supported': { slug: 'operation-not-supported', status: 501, retryAfterS: null, transient: false },
  overloaded: { slug: 'overloaded', status: 503, retryAfterS: 5, transient: true },
  internal: { slug: 'internal', status: 500, retryAfterS: null, transient: false }
} as const satisfies Readonly<Record<string, ProblemRow>>

/** What the gateway refuses itself. */
export type Refusal = keyof typeof refusalTable
export const refusals: Readonly<Record<Refusal, ProblemRow>> = refusalTable
