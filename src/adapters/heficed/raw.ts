import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer, RawRequest } from '../verbs.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson } from '../../upstream/read.ts'
import { authorization } from './auth.ts'
import { instanceFailure } from './failures.ts'
import type { HeficedAccount } from './settings.ts'

export const createRaw = (account: HeficedAccount, upstream: Upstream): Raw => ({
  evidence: 'documented',
  note: 'Below api_url. Paths have no version; most begin with the organisation\'s id.',
  isForbidden: path => isForbidden(account, path),
  run: async request => await upstream.send({
    name: 'raw',
    ...(request.method === 'GET' ? { intent: 'read' } : { intent: 'write', assumed: { status: 200, body: null } }),
    build: token => ({
      method: request.method,
      url: `${account.api_url}${request.path}${request.query === '' ? '' : `?${request.query}`}`,
      headers: { ...authorization(token), accept: 'application/json', ...(hasBody(request) ? { 'content-type': 'application/json' } : {}) },
      ...(hasBody(request) ? { body: JSON.stringify(request.body) } : {})
    }),
    read: toAnswer
  })
})

const hasBody = ({ method, body }: RawRequest): boolean => method !== 'GET' && body !== undefined && body !== null

/** Every status is an answer but the one that asks for another token. */
function toAnswer (response: HttpResponse): RawAnswer {
  if (response.status === 401) throw instanceFailure(response)
  const body = response.text === '' ? null : parseJson(response.text)
  return { status: response.status, body: body === undefined ? response.text : body }
}

/** Segments of token desks (RFC 6749, 7009, 7662) and sign-in pages, wherever they stand. */
const signInWords: ReadonlySet<string> = new Set(['oauth', 'oauth2', 'token', 'tokens', 'login', 'signin', 'sign-in', 'auth', 'iam', 'credentials', 'userinfo', 'introspect', 'revoke'])

function isForbidden ({ api_url: api, token_url: tokens }: HeficedAccount, path: string): boolean {
  const segments = segmentsOf(path)
  if (segments === null || segments.some(segment => segment === '.' || segment === '..' || signInWords.has(segment))) return true
  const desk = tokens.startsWith(`${api}/`) ? segmentsOf(tokens.slice(api.length)) : null
  return desk !== null && desk.every((segment, index) => segment === segments[index])
}

const maximumDecodings = 5

/** As the vendor's server might understand it: decoded to the end, in small letters, without parameters and doubled slashes; what might begin a query is looked through too. */
function segmentsOf (path: string): string[] | null {
  let text = path
  for (let round = 0; round < maximumDecodings; round += 1) {
    const decoded = decode(text)
    if (decoded === null) return null
    if (decoded === text) return split(text)
    text = decoded
  }
  return null
}

const split = (path: string): string[] =>
  path.toLowerCase().split(/[/\\?#]/)
    .map(segment => segment.replace(/;.*$/s, '').trim())
    .filter(segment => segment !== '')

function decode (text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
