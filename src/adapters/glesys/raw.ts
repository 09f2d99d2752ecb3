import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer, RawRequest } from '../verbs.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { authorization } from './auth.ts'
import { bodyOf, formatHeaders, toError } from './envelope.ts'
import { envelopeWire } from './schema.ts'
import type { GlesysAccount } from './settings.ts'

export const createRaw = (account: GlesysAccount, upstream: Upstream): Raw => ({
  evidence: 'documented',
  note: 'Functions of the project, such as /server/list; the vendor knows GET and POST. The echo of what was sent is left out.',
  isForbidden,
  run: async request => await upstream.send<RawAnswer>({
    name: 'raw',
    ...(request.method === 'GET' ? { intent: 'read' } : { intent: 'write', assumed: { status: 200, body: null } }),
    build: token => toRequest(account, request, authorization(account, token)),
    read: toAnswer
  })
})

function toRequest (account: GlesysAccount, { method, path, query, body }: RawRequest, headers: Readonly<Record<string, string>>): HttpRequest {
  // What would end the path is a part of it.
  const url = `${account.api_url}${path.replace(/[?#]/g, encodeURIComponent)}${query === '' ? '' : `?${query.replaceAll('#', '%23')}`}`
  const common = { ...headers, ...formatHeaders(account) }
  if (body === undefined || body === null) return { method, url, headers: common }
  return { method, url, headers: { ...common, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

const credentialsRefused: ReadonlySet<number | null> = new Set([401, 419])

function toAnswer (response: HttpResponse): RawAnswer {
  const body = bodyOf(response.text, [])
  const parsed = envelopeWire.safeParse(body)
  const { status, debug: _echo, ...payload } = parsed.success ? parsed.data.response : {}
  const code = status?.code ?? null
  const isRefusal = credentialsRefused.has(response.status) || (credentialsRefused.has(code) && Object.keys(payload).length === 0)
  if (isRefusal) {
    throw toError({}, response, { status: credentialsRefused.has(response.status) ? response.status : code ?? 401, code, text: status?.text ?? '' })
  }
  return { status: response.status, body: body === undefined ? textOf(response) : withoutEcho(body) }
}

const textOf = ({ text }: HttpResponse): string | null => text.trim() === '' ? null : text

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `debug` repeats every argument, secrets too. */
function withoutEcho (body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body['response'])) return body
  const { debug: _echo, ...response } = body['response']
  return { ...body, response }
}

/** The user's module signs in and out; other functions make keys of other services. */
function isForbidden (path: string): boolean {
  const plain = decoded(path)
  if (plain === null) return true
  const segments: string[] = []
  for (const part of plain.split(/[/\\]+/)) {
    const segment = part.replace(/;.*$/, '').replace(/[\s\p{Cc}]/gu, '')
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const [module = '', name = ''] = segments
  return /^(?:user|apikeys?|tokens?)$/.test(module) || /login|logout|credential|api_?key|token/.test(name)
}

/** As the last reader might see it: encodings within encodings undone, in small letters; null for what can not be read. */
function decoded (path: string): string | null {
  let text = path
  for (let rounds = 0; rounds < 5; rounds += 1) {
    let next: string
    try {
      next = decodeURIComponent(text)
    } catch {
      return null
    }
    if (next === text) return text.toLowerCase()
    text = next
  }
  return null
}
