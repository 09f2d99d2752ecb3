import type { z } from 'zod'
import type { Failure, UpstreamError } from '../../domain/failure.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { isSuccess, malformed, parseJson, parseWire, refused } from '../../upstream/read.ts'
import { parseXmlInTurns } from '../../upstream/xml.ts'
import type { Token, Upstream } from '../contract.ts'
import { intentOf } from '../kit/send.ts'
import { failureOf, isFailureCode, memberOf, type MemberRow, type Refusal } from './failures.ts'
import { envelopeWire } from './schema.ts'
import type { GlesysAccount } from './settings.ts'

/** What a refusal means for an endpoint. */
interface RefusalFacts {
  /** Overrides the meaning of a failure. */
  readonly failure?: (failure: Failure, refusal: Refusal) => Failure
  /** The member of the caller's request that a refusal is about. */
  readonly members?: readonly MemberRow[]
}

/** A vendor's endpoint, such as server/details, with the schema of its answer. */
export type Endpoint<T> = RefusalFacts & {
  readonly name: string
  readonly arguments?: Arguments
  /** The payload member of a success; absent if it has none. */
  readonly payload?: string
  /** Makes the call a write; a dry run uses it as the answer. */
  readonly assumed?: T
} & (
  | { readonly schema: z.ZodType<T> }
  /** For a payload that may be long. */
  | { readonly readPayload: (payload: unknown, response: HttpResponse) => Promise<T> })

/** An argument that is undefined is not sent. */
export type Arguments = Readonly<Record<string, unknown>>

export type GlesysSend = <T>(endpoint: Endpoint<T>) => Promise<T>

export const createGlesysSend = (account: GlesysAccount, upstream: Upstream): GlesysSend =>
  async <T>(endpoint: Endpoint<T>) => await upstream.send<T>({
    name: endpoint.name,
    ...intentOf(endpoint.assumed, 'schema' in endpoint ? endpoint.schema : endpoint.readPayload),
    build: token => toRequest(account, endpoint, authorization(account, token)),
    read: response => readAnswer(endpoint, response)
  })

/** The user name selects the context; only a project has servers. */
export function authorization (account: GlesysAccount, token: Token | null): Record<string, string> {
  const key = account.api_key ?? token?.value ?? ''
  return { authorization: `Basic ${Buffer.from(`${account.project}:${key}`).toString('base64')}` }
}

/** JSON may depend on either header, so both are sent for it and neither for XML, where plain arguments are sent as a form. */
export const formatHeaders = ({ format }: GlesysAccount): Readonly<Record<string, string>> => format === 'json'
  ? { 'user-agent': 'hawser', accept: 'application/json', 'content-type': 'application/json' }
  : { 'user-agent': 'hawser', accept: 'application/xml' }

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null

const formText = (value: unknown): string => typeof value === 'boolean' ? (value ? '1' : '0') : String(value)

/**
 * An endpoint without arguments is called with GET, any other with POST, whether it reads or writes. Nested arguments are
 * only documented as JSON, whatever the format of the answer.
 */
export function toRequest<T> (account: GlesysAccount, endpoint: Endpoint<T>, headers: Readonly<Record<string, string>>): HttpRequest {
  const url = `${account.api_url}/${endpoint.name}`
  const common = { ...headers, ...formatHeaders(account) }
  const values = endpoint.arguments
  if (values === undefined) return { method: 'GET', url, headers: common }
  if (account.format === 'json' || Object.values(values).some(isNested)) {
    return { method: 'POST', url, headers: { ...common, 'content-type': 'application/json' }, body: JSON.stringify(values) }
  }
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) form.set(name, formText(value))
  return { method: 'POST', url, headers: { ...common, 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() }
}

/**
 * The HTTP status decides first. Within a 2xx the payload decides: the code beside it has been wrong, so it counts only
 * if there is no payload.
 */
export async function readAnswer<T> (endpoint: Endpoint<T>, response: HttpResponse): Promise<T> {
  const answer = envelopeWire.safeParse(await bodyOf(response.text, unread))
  const payload = answer.success ? answer.data.response : {}
  const code = payload.status?.code ?? null
  const text = payload.status?.text ?? ''
  if (!isSuccess(response)) throw toError(endpoint, response, { status: response.status, code, text })
  if (!answer.success) throw malformed(response, 'the answer is not JSON or XML of the expected form')
  const hasPayload = endpoint.payload !== undefined && (payload[endpoint.payload] ?? null) !== null
  if (!hasPayload && code !== null && isFailureCode(code, text)) throw toError(endpoint, response, { status: code, code, text })
  return 'readPayload' in endpoint ? await endpoint.readPayload(payload, response) : parseWire(endpoint.schema, payload, response)
}

/** Failures that are about the caller's input. */
const callerFailures: ReadonlySet<Failure> = new Set<Failure>(['rejected', 'conflict', 'not-found'])

export function toError (facts: RefusalFacts, response: HttpResponse, refusal: Refusal): UpstreamError {
  const usual = failureOf(refusal)
  const failure = usual === undefined ? undefined : facts.failure?.(usual, refusal) ?? usual
  const member = failure !== undefined && callerFailures.has(failure) ? memberOf(facts.members ?? [], refusal) : undefined
  const vendorMessage = refusal.text.trim()
  return refused(response, {
    ...(failure === undefined ? {} : { failure }),
    ...(refusal.code === null ? {} : { code: refusal.code }),
    ...(vendorMessage === '' ? {} : { vendorMessage }),
    ...(member === undefined ? {} : { member }),
    // An outage reported with HTTP 200 is not an acceptance: a write is as ambiguous as after a 5xx.
    ...(failure === 'unavailable' ? { status: refusal.status === 0 ? 500 : refusal.status } : {})
  })
}

/** Branches of XML to skip. */
const unread: readonly string[] = ['response.servers.item.supportedfeatures']

/**
 * The answer is not always in the requested format. A byte order mark counts as white space. The echo of arguments
 * contains secrets and is never read from XML.
 */
export async function bodyOf (text: string, skip: readonly string[] = []): Promise<unknown> {
  const trimmed = text.trimStart()
  return trimmed.startsWith('<') ? await parseXmlInTurns(trimmed, { item: 'item', skip: ['response.debug', ...skip] }) : parseJson(trimmed)
}
