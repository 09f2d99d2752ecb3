import type { z } from 'zod'
import type { Failure, UpstreamError } from '../../domain/failure.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { isSuccess, malformed, parseJson, parseWire, refused } from '../../upstream/read.ts'
import { parseXml } from '../../upstream/xml.ts'
import { failureOf, isFailureCode, type Refusal } from './failures.ts'
import { memberOf, type MemberRow } from './failures-members.ts'
import { envelopeWire } from './schema.ts'
import type { GlesysAccount } from './settings.ts'

/** A function of the vendor's, such as server/details, with what its answer is read by. */
export interface Endpoint<T> {
  readonly name: string
  readonly arguments?: Arguments
  /** The member that a success carries; absent where it carries none. */
  readonly payload?: string
  readonly schema: z.ZodType<T>
  /** Makes it a write: what a dry run takes for the answer. */
  readonly assumed?: T
  /** Where a failure means something else for this function. */
  readonly failure?: (failure: Failure, payload: Refusal) => Failure
  /** Which member of our caller's request the vendor complains of. */
  readonly members?: readonly MemberRow[]
}

export type Arguments = Readonly<Record<string, unknown>>

/** Each of the two headers may bring JSON: both are sent for it, and neither with XML, where plain arguments go as a form. */
export const formatHeaders = ({ format }: GlesysAccount): Readonly<Record<string, string>> => format === 'json'
  ? { 'user-agent': 'hawser', accept: 'application/json', 'content-type': 'application/json' }
  : { 'user-agent': 'hawser', accept: 'application/xml' }

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null

const formText = (value: unknown): string => typeof value === 'boolean' ? (value ? '1' : '0') : String(value)

/**
 * A function without arguments is read by GET; POST is right for every other, whether it reads or writes. Arguments with
 * members of their own are only known as JSON, whatever is asked for as the answer.
 */
export function toRequest<T> (account: GlesysAccount, endpoint: Endpoint<T>, headers: Readonly<Record<string, string>>): HttpRequest {
  const url = `${account.api_url}/${endpoint.name}`
  const common = { ...headers, ...formatHeaders(account) }
  const values = endpoint.arguments
  if (values === undefined) return { method: 'GET', url, headers: common }
  if (account.format === 'json' || Object.values(values).some(isNested)) {
    return { method: 'POST', url, headers: { ...common, 'content-type': 'application/json' }, body: JSON.stringify(values) }
  }
  const body = new URLSearchParams(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, formText(value)]))).toString()
  return { method: 'POST', url, headers: { ...common, 'content-type': 'application/x-www-form-urlencoded' }, body }
}

/**
 * The HTTP status decides first. Within a 2xx the payload does: the code beside it was wrong at times, so it only speaks
 * where there is no payload.
 */
export function readAnswer<T> (endpoint: Endpoint<T>, response: HttpResponse): T {
  const answer = envelopeWire.safeParse(bodyOf(response.text, unread))
  const payload = answer.success ? answer.data.response : {}
  const code = payload.status?.code ?? null
  if (!isSuccess(response)) throw toError(endpoint, response, { status: response.status, code, text: payload.status?.text ?? '' })
  if (!answer.success) throw malformed(response, 'the answer is neither JSON nor XML of the expected form')
  const text = payload.status?.text ?? ''
  const hasPayload = endpoint.payload !== undefined && (payload[endpoint.payload] ?? null) !== null
  if (!hasPayload && code !== null && isFailureCode(code, text)) throw toError(endpoint, response, { status: code, code, text })
  return parseWire(endpoint.schema, payload, response)
}

/** Failures that are about what the caller said. */
const answersTheCaller: ReadonlySet<Failure> = new Set<Failure>(['rejected', 'conflict', 'not-found'])

export function toError<T> (endpoint: Pick<Endpoint<T>, 'failure' | 'members'>, response: HttpResponse, payload: Refusal): UpstreamError {
  const plain = failureOf(payload)
  const failure = plain === undefined ? undefined : endpoint.failure?.(plain, payload) ?? plain
  const member = failure !== undefined && answersTheCaller.has(failure) ? memberOf(endpoint.members ?? [], payload) : undefined
  const vendorMessage = payload.text.trim()
  return refused(response, {
    ...(failure === undefined ? {} : { failure }),
    ...(payload.code === null ? {} : { code: payload.code }),
    ...(vendorMessage === '' ? {} : { vendorMessage }),
    ...(member === undefined ? {} : { member }),
    // An outage told beside HTTP 200 is no acceptance: what became of a write is as unknown as after a 5xx.
    ...(failure === 'unavailable' ? { status: payload.status === 0 ? 500 : payload.status } : {})
  })
}

/** Branches of XML that are not worth reading. */
const unread: readonly string[] = ['response.servers.item.supportedfeatures']

/**
 * The format that was asked for is not always the one that comes. A byte order mark counts as white space. The echo of
 * arguments repeats secrets, and is never read from XML.
 */
export function bodyOf (text: string, skip: readonly string[]): unknown {
  const trimmed = text.trimStart()
  return trimmed.startsWith('<') ? parseXml(trimmed, { item: 'item', skip: ['response.debug', ...skip] }) : parseJson(trimmed)
}
