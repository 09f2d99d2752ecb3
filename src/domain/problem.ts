import { z } from 'zod'

/** Every problem type, with its title; each has a section in openapi/problems.md. */
export const problemTitles = {
  'invalid-request': 'The request is not valid',
  unauthenticated: 'A valid API key is required',
  forbidden: 'Permission denied',
  'account-not-found': 'No such account',
  'server-not-found': 'No such server',
  'operation-not-found': 'No such operation',
  'not-found': 'Not found',
  'method-not-allowed': 'Method not allowed',
  conflict: 'Conflict with the current state',
  'idempotency-in-progress': 'The first request with this key is still in progress',
  'payload-too-large': 'The body is too large',
  'unsupported-media-type': 'The body is not JSON',
  'upstream-rejected': 'The provider rejected the request',
  'quota-exceeded': 'Provider quota or balance exhausted',
  'capacity-exhausted': 'The provider has no capacity for this plan or region',
  'idempotency-mismatch': 'This key was used for another request',
  'rate-limited': 'Too many requests',
  'upstream-rate-limited': 'Rate limited by the provider',
  internal: 'Internal error',
  'operation-not-supported': 'This provider has no such operation',
  'upstream-authentication': 'The provider rejected the configured credentials',
  'upstream-forbidden': 'The configured credentials lack permission at the provider',
  'upstream-malformed': 'The provider\'s response could not be read',
  'upstream-unreachable': 'The provider could not be reached',
  'upstream-suspended': 'The provider\'s platform is suspended and did not resume',
  'upstream-unavailable': 'The provider is unavailable',
  'circuit-open': 'Calls to this account are paused',
  overloaded: 'The gateway is overloaded',
  'idempotency-unavailable': 'The idempotency store is unavailable',
  'upstream-timeout': 'The provider did not respond in time'
} as const
export type ProblemSlug = keyof typeof problemTitles

/** A failure or a refusal as a problem. */
export interface ProblemRow {
  readonly slug: ProblemSlug
  readonly status: number
  /** Seconds for Retry-After where the provider names none; null: no header. */
  readonly retryAfterS: number | null
  /** The cause may pass by itself, so the problem is `retryable: safe` where nothing was done. */
  readonly transient: boolean
}

const slugs = Object.keys(problemTitles).map(slug => `/problems/${slug}`)

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
    title: problemTitles['upstream-timeout'],
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
