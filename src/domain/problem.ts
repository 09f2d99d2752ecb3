import { z } from 'zod'

/** Every problem type, with its title; each has a section in openapi/problems.md. */
export const problemTitles = {
  'invalid-request': 'The request is not valid',
  unauthenticated: 'A valid key is needed',
  forbidden: 'This key or account may not do that',
  'account-not-found': 'No such account',
  'server-not-found': 'No such server',
  'operation-not-found': 'No such operation',
  'not-found': 'Nothing is here',
  'method-not-allowed': 'This path does not take that method',
  conflict: 'The present state does not allow it',
  'idempotency-in-progress': 'The first request with this key is not answered yet',
  'payload-too-large': 'The body is too large',
  'unsupported-media-type': 'The body is not JSON',
  'upstream-rejected': 'The provider rejected the request',
  'quota-exceeded': 'The provider says that a limit or the balance is used up',
  'capacity-exhausted': 'The provider has no capacity for this plan or region',
  'idempotency-mismatch': 'This key was used for another request',
  'rate-limited': 'Too many requests',
  'upstream-rate-limited': 'The provider asks for fewer requests',
  internal: 'A fault of the gateway',
  'operation-not-supported': 'This provider has no such operation',
  'upstream-authentication': 'The provider refuses the configured credentials',
  'upstream-forbidden': 'The configured credentials may not do that at the provider',
  'upstream-malformed': 'The provider\'s answer could not be read',
  'upstream-unreachable': 'The provider could not be reached',
  'upstream-suspended': 'The provider\'s platform is suspended and did not resume',
  'upstream-unavailable': 'The provider is out of service',
  'circuit-open': 'Calls to this account are paused',
  overloaded: 'The gateway is overloaded',
  'idempotency-unavailable': 'The idempotency store is unavailable',
  'upstream-timeout': 'The provider did not answer in time'
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
  type: z.enum(slugs).meta({ description: 'The kind of problem; a page that says what to do' }),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  request_id: z.string(),
  account: z.string().nullable(),
  provider: z.string().nullable(),
  retryable: z.enum(['safe', 'unsafe', 'no']).meta({
    description: 'safe: nothing was done and the cause may pass. unsafe: a write was sent and its fate is unknown. no: repeating it will not help'
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
  operation_id: z.string().optional().meta({ description: 'The operation that follows a write whose answer was lost' })
}).meta({
  id: 'Problem',
  example: {
    type: '/problems/upstream-timeout',
    title: problemTitles['upstream-timeout'],
    status: 504,
    detail: 'no complete answer in time',
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
