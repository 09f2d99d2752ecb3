import type { Failure, UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused, retryAfterMs } from '../../upstream/read.ts'
import type { Allowed } from '../contract.ts'
import { errorWire } from './schema.ts'

/** Relates a refusal of a call to the request of the caller. */
export interface About {
  /** The members of the request that the call carries. */
  readonly members?: readonly string[]
  /** The meaning of a 404 that is not about the server. */
  readonly missing?: { readonly failure: Failure, readonly member?: string }
}

/**
 * The vendor's `id` only repeats the status, so the reason of a 422 is in its text alone. Text that no row matches is `rejected`. A member
 * is named only if the call carries it.
 */
const meanings: ReadonlyArray<readonly [RegExp, Failure, member?: string]> = [
  [/already has a pending event/, 'conflict'],
  [/already powered (on|off)|powered off before|must be (powered )?off/, 'conflict'],
  [/exceed your .*limit|additional payment/, 'quota'],
  [/decrease size|too large to fit|invalid size|size is not available/, 'rejected', 'body.plan'],
  [/invalid image|image can't be blank|image is not available/, 'rejected', 'body.image'],
  [/invalid region|region is not available/, 'rejected', 'body.region'],
  [/invalid key identifiers/, 'rejected', 'body.ssh_keys'],
  [/hostname characters/, 'rejected', 'body.name']
]

/** `now` in epoch milliseconds. */
export function callFailure (response: HttpResponse, now: number, { members = [], missing }: About = {}): UpstreamError {
  const { status, headers, text } = response
  const { id, message, request_id: requestId } = errorWire.safeParse(parseJson(text)).data ?? {}
  const isInProse = status === 422 || status === 400
  const [, meaning, member = ''] = meanings.find(([pattern]) => isInProse && pattern.test(message?.toLowerCase() ?? '')) ?? []
  const failure = isInProse && id === 'droplet_limit_exceeded' ? 'quota' : meaning
  return refused(response, {
    ...(failure === undefined ? {} : { failure }),
    ...(members.includes(member) ? { member } : {}),
    ...(status === 404 ? missing : {}),
    ...(status === 429 ? { retryAfterMs: retryAfterMs(response) ?? untilResetMs(headers, now) } : {}),
    ...(typeof id === 'string' && id !== '' ? { code: id } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    vendorMessage: message ?? null
  })
}

const leastMs = 1000
const isNumber = (text: string): boolean => /^\d{1,12}$/.test(text)

/** The hourly limit has no Retry-After: `ratelimit-reset` is when the oldest request leaves the window, in epoch seconds. */
function untilResetMs (headers: HttpResponse['headers'], now: number): number {
  const reset = headers['ratelimit-reset'] ?? ''
  return isNumber(reset) ? Math.max(leastMs, Number(reset) * 1000 - now) : leastMs
}

/** A Retry-After beside the other headers is about a burst, whatever remains of the hour's limit. */
export function readAllowed (headers: HttpResponse['headers'], now: number): Allowed | null {
  const remaining = headers['ratelimit-remaining'] ?? ''
  const burst = headers['retry-after'] ?? ''
  if (!isNumber(remaining)) return null
  if (isNumber(burst)) return { remaining: 0, nextMs: Number(burst) * 1000 }
  return { remaining: Number(remaining), nextMs: untilResetMs(headers, now) }
}
