import { z } from 'zod'

interface ProblemType {
  readonly title: string
  readonly status: number
  /** The cause may pass by itself, so the problem is `retryable: safe` if nothing was done. */
  readonly transient?: boolean
  /** The seconds of Retry-After if the provider states none; absent: no header. */
  readonly retryAfterS?: number
}

/** Every problem type; each has a section in openapi/problems.md. */
const problemTable = {
  'invalid-request': { title: 'The request is not valid', status: 400 },
  unauthenticated: { title: 'A valid API key is required', status: 401 },
  forbidden: { title: 'Permission denied', status: 403 },
  'account-not-found': { title: 'No such account', status: 404 },
  'server-not-found': { title: 'No such server', status: 404 },
  'operation-not-found': { title: 'No such operation', status: 404 },
  'not-found': { title: 'Not found', status: 404 },
  'method-not-allowed': { title: 'Method not allowed', status: 405 },
  conflict: { title: 'Conflict with the current state', status: 409 },
  'idempotency-in-progress': { title: 'The first request with this key is still in progress', status: 409, transient: true },
  'payload-too-large': { title: 'The body is too large', status: 413 },
  'unsupported-media-type': { title: 'The body is not JSON', status: 415 },
  'upstream-rejected': { title: 'The provider rejected the request', status: 422 },
  'quota-exceeded': { title: 'Provider quota or balance exhausted', status: 422 },
  'capacity-exhausted': { title: 'The provider has no capacity for this plan or region', status: 422 },
  'idempotency-mismatch': { title: 'This key was used for another request', status: 422 },
  'rate-limited': { title: 'Too many requests', status: 429, transient: true, retryAfterS: 10 },
  'upstream-rate-limited': { title: 'Rate limited by the provider', status: 429, transient: true, retryAfterS: 30 },
  internal: { title: 'Internal error', status: 500 },
  'operation-not-supported': { title: 'This provider has no such operation', status: 501 },
  'upstream-authentication': { title: 'The provider rejected the configured credentials', status: 502 },
  'upstream-forbidden': { title: 'The configured credentials lack permission at the provider', status: 502 },
  'upstream-malformed': { title: 'The provider\'s response could not be read', status: 502 },
  'upstream-unreachable': { title: 'The provider could not be reached', status: 502, transient: true },
  'upstream-suspended': {
    title: 'The provider\'s platform is suspended and did not resume',
    status: 503,
    transient: true,
    retryAfterS: 10
  },
  'upstream-unavailable': { title: 'The provider is unavailable', status: 503, transient: true, retryAfterS: 10 },
  'circuit-open': { title: 'Calls to this account are paused', status: 503, transient: true, retryAfterS: 10 },
  overloaded: { title: 'The gateway is overloaded', status: 503, transient: true, retryAfterS: 5 },
  'idempotency-unavailable': { title: 'The idempotency store is unavailable', status: 503, transient: true, retryAfterS: 10 },
  'upstream-timeout': { title: 'The provider did not respond in time', status: 504, transient: true }
} as const satisfies Readonly<Record<string, ProblemType>>
export type ProblemSlug = keyof typeof problemTable
export const problems: Readonly<Record<ProblemSlug, ProblemType>> = problemTable

const slugs = Object.keys(problems).map(slug => `/problems/${slug}`)

export const problemSchema = z.object({
  type: z.enum(slugs).meta({ description: 'The problem type; its page explains what to do' }),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  request_id: z.string(),
  account: z.string().nullable(),
  provider: z.string().nullable(),
  retryable: z.enum(['safe', 'unsafe', 'no']).meta({
    description: 'safe: nothing was done and the cause may be temporary. unsafe: a write was sent and its outcome is unknown. ' +
      'no: a retry will not help'
  }),
  retry_after_s: z.number().optional(),
  side_effect: z.enum(['none', 'possible', 'certain']),
  upstream: z.object({
    status: z.number().nullable(),
    code: z.union([z.string(), z.number()]).nullable(),
    message: z.string().nullable(),
    request_id: z.string().nullable(),
    details: z.unknown()
  }).nullable(),
  attempts: z.number().nullable(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
  operation_id: z.string().optional().meta({ description: 'The operation that tracks a write whose response was lost' })
}).meta({
  id: 'Problem',
  example: {
    type: '/problems/upstream-timeout',
    title: problemTable['upstream-timeout'].title,
    status: 504,
    detail: 'no complete response in time',
    request_id: '5f2b7c1e9a3d',
    account: 'vm6',
    provider: 'vmmanager',
    retryable: 'safe',
    side_effect: 'none',
    upstream: null,
    attempts: 1,
    errors: []
  }
})
export type Problem = z.infer<typeof problemSchema>
