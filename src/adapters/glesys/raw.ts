import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer, RawRequest } from '../verbs.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { createRaw } from '../kit/raw.ts'
import { envelopeWire } from './schema.ts'
import { authorization, bodyOf, formatHeaders, toError } from './send.ts'
import type { GlesysAccount } from './settings.ts'

export const createRawVerb = (account: GlesysAccount, upstream: Upstream): Raw => createRaw(upstream, {
  evidence: 'documented',
  note: 'Endpoints of the project, such as /server/list; the vendor supports GET and POST. The echo of the request is removed.',
  isSecret,
  build: (request, token) => toRequest(account, request, authorization(account, token)),
  read: readAnswer
})

function toRequest (account: GlesysAccount, { method, path, query, body }: RawRequest, credentials: Record<string, string>): HttpRequest {
  // Encoded, so that they do not end the path.
  const url = `${account.api_url}${path.replace(/[?#]/g, encodeURIComponent)}${query === '' ? '' : `?${query.replaceAll('#', '%23')}`}`
  const headers = { ...credentials, ...formatHeaders(account) }
  if (body === undefined || body === null) return { method, url, headers }
  return { method, url, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

const credentialsRefused: ReadonlySet<number> = new Set([401, 419])

async function readAnswer (response: HttpResponse): Promise<RawAnswer> {
  const body = await bodyOf(response.text)
  const parsed = envelopeWire.safeParse(body)
  const { status, debug: _echo, ...payload } = parsed.success ? parsed.data.response : {}
  const code = status?.code ?? null
  // The code counts only if there is no payload.
  const statuses = Object.keys(payload).length === 0 ? [response.status, code ?? 0] : [response.status]
  const refused = statuses.find(status => credentialsRefused.has(status))
  if (refused !== undefined) throw toError({}, response, { status: refused, code, text: status?.text ?? '' })
  return { status: response.status, body: body === undefined ? textOf(response) : withoutEcho(body) }
}

const textOf = ({ text }: HttpResponse): string | null => text.trim() === '' ? null : text

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `debug` repeats every argument, including secrets. */
function withoutEcho (body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body['response'])) return body
  const { debug: _echo, ...response } = body['response']
  return { ...body, response }
}

/** The user module signs in and out; some other endpoints create keys of other services. */
const isSecret = ([module = '', name = '']: readonly string[]): boolean =>
  /^(?:user|apikeys?|tokens?)$/.test(module) || /login|logout|credential|api_?key|token/.test(name)
