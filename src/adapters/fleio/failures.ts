import { UpstreamError, type Failure, type UpstreamErrorOptions } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'

type FailureFacts = UpstreamErrorOptions & { readonly failure?: Failure }

/** Lasts until an operator of the panel acts. */
const misconfigured: FailureFacts = { failure: 'unavailable', passing: false, notAttempted: true }

/** Statuses with a special meaning in this panel; the others are standard. The panel's texts are translated and never matched. */
const failures: ReadonlyMap<number, FailureFacts> = new Map<number, FailureFacts>([
  // The panel's license has expired.
  [402, misconfigured],
  // The panel could not sign in to OpenStack; unrelated to the header Expect.
  [417, misconfigured],
  // OpenStack's certificate is invalid.
  [526, misconfigured],
  // The user has no client.
  [428, { failure: 'forbidden' }]
])

/**
 * OpenStack's status for an exceeded quota has other meanings too; its text is not translated, and the panel appends it.
 */
const quotaStatuses: ReadonlySet<number> = new Set([403, 409, 413])
const quotaText = /\bquota exceeded\b|\bexceeded for quota\b/i

/** The facts of a call that its refusal is read with. */
export interface RefusalFacts {
  /** The vendor's field to our member: `flavor` → `body.plan`. Nested fields by their path, `boot_source.volume_size`. */
  readonly members?: ReadonlyMap<string, string>
  /** The meaning of a 404, if it is not about the server; null if it cannot be about any object. */
  readonly missing?: FailureFacts | null
  /** The installation may not have the route. */
  readonly uncertain?: boolean
}

export function callFailure (response: HttpResponse, { members, missing, uncertain }: RefusalFacts = {}): UpstreamError {
  const body = parseJson(response.text)
  // An unknown route is answered with a page, an unknown object with JSON: a wrong URL must not look like a missing server.
  if (response.status === 404 && (body === undefined || missing === null)) {
    const options = { status: 404, notAttempted: true }
    return uncertain === true
      ? new UpstreamError('unsupported', 'this installation has no such endpoint', options)
      : new UpstreamError('malformed', 'the configured url has no such API', options)
  }
  const member = members === undefined ? undefined : memberOf(body, members)
  const vendorMessage = flatten(body)
  const isOverQuota = quotaStatuses.has(response.status) && vendorMessage !== null && quotaText.test(vendorMessage)
  return refused(response, {
    ...failures.get(response.status),
    ...(response.status === 404 ? missing : {}),
    ...(response.status === 404 && member !== undefined ? { failure: 'rejected' } : {}),
    ...(member === undefined ? {} : { member }),
    ...(isOverQuota ? { failure: 'quota' } : {}),
    vendorMessage
  })
}

/** What a read of the server says about an ambiguous refusal of an action. */
export interface Ambiguity {
  /** The member that a 404 is about if the server exists; null if the request refers to no other object. */
  readonly object?: string | null
  /** The states that the action requires; `any`: it only requires an unlocked server. */
  readonly states?: readonly ServerStatus[] | 'any'
}

/**
 * Two refusals are ambiguous without their translated text: a 404 for the server or for an object of the request, a 400
 * for a bad request or for a server in a wrong state. Reading the server distinguishes them.
 */
export async function explain (
  error: UpstreamError, { object, states }: Ambiguity, readServer: () => Promise<Seen>
): Promise<UpstreamError> {
  const { status, member } = error.options
  const isAboutObject = object !== undefined && error.failure === 'not-found' && status === 404
  const isAboutState = (object !== undefined || states !== undefined) && error.failure === 'rejected' && status === 400
  if (member !== undefined || !(isAboutObject || isAboutState)) return error
  const server = await readServer().then(seen => seen.server, () => null)
  if (server === null) return error
  if (isAboutObject) return error.meaning('rejected', { cause: error, ...(object === null ? {} : { member: object }) })
  const isUnfit = states !== undefined && states !== 'any' && server.status !== 'unknown' && !states.includes(server.status)
  return server.locked === true || isUnfit ? error.meaning('conflict', { cause: error }) : error
}

/** The first refused field that maps to one of our members. */
function memberOf (body: unknown, members: ReadonlyMap<string, string>): string | undefined {
  for (const [field, complaint] of fieldsOf(body)) {
    const inner = fieldsOf(complaint).map(([name]) => members.get(`${field}.${name}`)).find(name => name !== undefined)
    const member = inner ?? members.get(field)
    if (member !== undefined) return member
  }
  return undefined
}

const fieldsOf = (value: unknown): Array<[string, unknown]> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []

const deepest = 5
const longest = 500

/** `{"detail": "…"}`, `{"field": ["…"]}`, nested objects and bare lists as one line: `boot_source.source_id: Must be a valid UUID.` */
function flatten (body: unknown): string | null {
  const text = lines(body, '', 0).join('; ')
  return text === '' ? null : text.slice(0, longest)
}

/** Keys that are not fields. */
const anonymous = new Set(['detail', 'non_field_errors'])

function lines (value: unknown, path: string, depth: number): string[] {
  if (typeof value === 'string') return [path === '' ? value : `${path}: ${value}`]
  if (value === null || typeof value !== 'object' || depth >= deepest) return []
  if (Array.isArray(value)) return value.flatMap(item => lines(item, path, depth + 1))
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = anonymous.has(name) ? path : path === '' ? name : `${path}.${name}`
    return lines(member, inner, depth + 1)
  })
}
