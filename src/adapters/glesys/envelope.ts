import type { z } from 'zod'
import type { Failure, UpstreamError } from '../../domain/failure.js'
import type { HttpRequest, HttpResponse } from '../../upstream/http.js'
import { isSuccess, malformed, parseJson, parseWire, refused } from '../../upstream/read.js'
import { parseXml } from '../../upstream/xml.js'
import { failureOf, isFailureCode, type Refusal } from './failures.js'
import { envelopeWire } from './schema.js'
import type { GlesysAccount } from './settings.js'

/** A function of the vendor's, such as server/details, with what its answer is read by. */
export interface Endpoint<T> {
  readonly name: string
  readonly arguments?: Readonly<Record<string, string>>
  /** The member that a success carries. */
  readonly payload: 'servers' | 'server' | 'login'
  readonly schema: z.ZodType<T>
  /** Where a failure means something else for this function. */
  readonly failure?: (failure: Failure, status: number) => Failure
}

/** A function without arguments is read by GET; POST is right for every other, whether it reads or writes. */
export function toRequest<T> (account: GlesysAccount, endpoint: Endpoint<T>, headers: Readonly<Record<string, string>>): HttpRequest {
  const url = `${account.api_url}/${endpoint.name}`
  const isJson = account.format === 'json'
  // Each of the two headers may bring JSON: both are sent for it, and neither with XML, where arguments go as a form.
  const form = isJson
    ? { accept: 'application/json', 'content-type': 'application/json' }
    : { accept: 'application/xml' }
  const common = { 'user-agent': 'hawser', ...headers, ...form }
  const values = endpoint.arguments
  if (values === undefined) return { method: 'GET', url, headers: common }
  if (isJson) return { method: 'POST', url, headers: common, body: JSON.stringify(values) }
  const body = new URLSearchParams({ ...values }).toString()
  return { method: 'POST', url, headers: { ...common, 'content-type': 'application/x-www-form-urlencoded' }, body }
}

/**
 * The HTTP status decides first. Within a 2xx the payload does: the code beside it was wrong at times, so it only speaks
 * where there is no payload.
 */
export function readAnswer<T> (endpoint: Endpoint<T>, response: HttpResponse): T {
  const answer = envelopeWire.safeParse(bodyOf(response.text))
  const told = answer.success ? answer.data.response : {}
  const code = told.status?.code ?? null
  if (!isSuccess(response)) throw toError(endpoint, response, { status: response.status, code, text: told.status?.text ?? '' })
  if (!answer.success) throw malformed(response, 'the answer is neither JSON nor XML of the expected form')
  const hasPayload = (told[endpoint.payload] ?? null) !== null
  if (!hasPayload && code !== null && isFailureCode(code)) {
    throw toError(endpoint, response, { status: code, code, text: told.status?.text ?? '' })
  }
  return parseWire(endpoint.schema, told, response)
}

function toError<T> (endpoint: Endpoint<T>, response: HttpResponse, told: Refusal): UpstreamError {
  const plain = failureOf(told)
  const failure = plain === undefined ? undefined : endpoint.failure?.(plain, told.status) ?? plain
  const vendorMessage = told.text.trim()
  return refused(response, {
    ...(failure === undefined ? {} : { failure }),
    ...(told.code === null ? {} : { code: told.code }),
    ...(vendorMessage === '' ? {} : { vendorMessage }),
    // An outage told beside HTTP 200 is no acceptance: what became of a write is as unknown as after a 5xx.
    ...(failure === 'unavailable' ? { status: told.status === 0 ? 500 : told.status } : {})
  })
}

/** The echo of arguments repeats secrets, and is never read from XML. */
const xmlForm = { item: 'item', skip: ['response.debug', 'response.servers.item.supportedfeatures'] } as const

/** The format that was asked for is not always the one that comes. A byte order mark counts as white space. */
function bodyOf (text: string): unknown {
  const trimmed = text.trimStart()
  return trimmed.startsWith('<') ? parseXml(trimmed, xmlForm) : parseJson(trimmed)
}
