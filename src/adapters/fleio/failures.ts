import { UpstreamError, type Failure, type UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'

type Told = UpstreamErrorOptions & { readonly failure: Failure }

/** Stays until an operator of the panel has done something. */
const misconfigured: Told = { failure: 'unavailable', passing: false, notAttempted: true }

/** Statuses that mean something of their own here; the rest is as everywhere. The panel's own texts are translated and decide nothing. */
const failures: ReadonlyMap<number, Told> = new Map<number, Told>([
  // The panel's own licence.
  [402, misconfigured],
  // The panel could not sign in to OpenStack; it has nothing to do with the header Expect.
  [417, misconfigured],
  // OpenStack's certificate.
  [526, misconfigured],
  // The user has no client that could own anything.
  [428, { failure: 'forbidden' }]
])

/**
 * OpenStack refuses what is over quota with a status that means something else, too; its words are not translated, and the panel
 * appends them.
 */
const quotaStatuses: ReadonlySet<number> = new Set([403, 409, 413])
const quotaText = /\bquota exceeded\b|\bexceeded for quota\b/i

/** What a call is about, for the reading of its refusal. */
export interface About {
  /** Where the vendor's fields came from: `flavor` → `body.plan`. Nested ones by their path, `boot_source.volume_size`. */
  readonly members?: ReadonlyMap<string, string>
  /** What a 404 means where it does not mean the server. */
  readonly missing?: { readonly failure: Failure, readonly member?: string }
  /** An installation may lack the route. */
  readonly uncertain?: boolean
}

export function callFailure (response: HttpResponse, { members, missing, uncertain }: About = {}): UpstreamError {
  const body = parseJson(response.text)
  // An unknown route answers a page, an unknown object JSON: a wrong URL must not look like a server that is gone.
  if (response.status === 404 && body === undefined) {
    const told = { status: 404, notAttempted: true }
    return uncertain === true
      ? new UpstreamError('unsupported', 'this installation has no such function', told)
      : new UpstreamError('malformed', 'there is no such API at the configured url', told)
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

/** The first field of a complaint that came from a member of ours. */
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

/** `{"detail": "…"}`, `{"field": ["…"]}`, nested ones and bare lists, as one line: `boot_source.source_id: This field is required.` */
export function flatten (body: unknown): string | null {
  const text = lines(body, '', 0).join('; ')
  return text === '' ? null : text.slice(0, longest)
}

/** These name no field. */
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
