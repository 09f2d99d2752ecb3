import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { Raw, RawAnswer, RawRequest } from '../verbs.ts'
import { requestOf } from './exchange.ts'
import { callFailure } from './failures.ts'
import { errorWire } from './schema.ts'

export const rawCall = (upstream: Upstream): Raw => ({
  evidence: 'observed',
  note: 'Below the compute endpoint. The texts of 499 and 5xx are left out: they quote requests and connection strings.',
  isForbidden,
  run: async request => await upstream.send({
    name: 'raw',
    ...(request.method === 'GET' ? { intent: 'read' } : { intent: 'write', assumed: { status: 200, body: null } }),
    build: token => toRequest(token, request),
    read: readAnswer
  })
})

const toRequest = (token: Token | null, { method, path, query, body }: RawRequest): HttpRequest => {
  const request = requestOf(token, { method, path: `${path}${query === '' ? '' : `?${query}`}` })
  if (body === undefined || body === null) return request
  return { ...request, headers: { ...request.headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function readAnswer (response: HttpResponse): RawAnswer {
  const { status, text } = response
  if (status === 401 || status === 403) {
    const told = callFailure(response)
    if (told.failure === 'authentication') throw refused(response, told)
  }
  const json = parseJson(text)
  if (status >= 499) return { status, body: withoutDetails(json) }
  return { status, body: json === undefined ? text === '' ? null : text : json }
}

function withoutDetails (json: unknown): unknown {
  const wire = errorWire.safeParse(json)
  return wire.success ? { class: wire.data.class ?? null, details: null } : null
}

/**
 * Parts of a path that sign in, or answer with a password, a private key or a cloud's credentials. `metadatas` and `events` quote the
 * parameters of a create, root password included.
 */
const secretParts: ReadonlySet<string> = new Set([
  'auth', 'tokens', 'credentials', 'login-info', 'privatekey', 'private-key', 'sshkeypairs', 'vnc', 'clirc', 'webconsole', 'jnlp', 'metadatas', 'events'
])

function isForbidden (path: string): boolean {
  const parts = decoded(path).toLowerCase().split(/[/\\]+/).map(part => part.replace(/[?#;].*$/s, '').trim())
  return parts.some(part => secretParts.has(part))
}

/** Until nothing is left to decode; what can not be decoded is not passed on as it is either. */
function decoded (path: string): string {
  let text = path
  for (let rounds = 0; rounds < 5; rounds += 1) {
    const plain = decodeOnce(text)
    if (plain === text) return text
    text = plain
  }
  return '/auth/'
}

function decodeOnce (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return '/auth/'
  }
}
