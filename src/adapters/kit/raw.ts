import type { Evidence } from '../../domain/capability.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import type { UpstreamError } from '../../domain/failure.ts'
import { parseJson } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { Raw, RawAnswer, RawRequest } from '../verbs.ts'
import { intentOf, jsonRequest, type Base } from './send.ts'

interface RawParts {
  readonly evidence: Evidence
  readonly note: string
  /** Whether the path signs in or returns credentials. The segments are those of `rawSegments`. */
  isSecret(segments: readonly string[]): boolean
  build(request: RawRequest, token: Token | null): HttpRequest
  /** Converts an answer of any status; throws only if another token or a retry may help. */
  read(response: HttpResponse): RawAnswer | Promise<RawAnswer>
}

/** The raw verb of a provider. A path that cannot be read with certainty is forbidden. */
export const createRaw = (upstream: Upstream, { evidence, note, isSecret, build, read }: RawParts): Raw => ({
  evidence,
  note,
  isForbidden: path => {
    const segments = rawSegments(path)
    return segments === null || isSecret(segments)
  },
  run: async request => await upstream.send<RawAnswer>({
    name: 'raw',
    ...intentOf<RawAnswer>(request.method === 'GET' ? undefined : { status: 200, body: null }),
    build: token => build(request, token),
    read
  })
})

interface JsonRawParts extends Pick<RawParts, 'evidence' | 'note' | 'isSecret'> {
  baseOf(token: Token | null): Base
  /** How any other call reads a 401. */
  toFailure(response: HttpResponse): UpstreamError
}

/** The same for a JSON API. A 401 is an answer, too, unless it is about the credentials. */
export const createJsonRaw = (upstream: Upstream, { baseOf, toFailure, ...parts }: JsonRawParts): Raw => createRaw(upstream, {
  ...parts,
  build: (request, token) => rawRequest(baseOf(token), request),
  read: response => {
    const failure = response.status === 401 ? toFailure(response) : null
    if (failure?.failure === 'authentication') throw failure
    return { status: response.status, body: rawBody(response.text) }
  }
})

/** A raw call to a JSON API; path and query are unchanged. */
export const rawRequest = (base: Base, { method, path, query, body }: RawRequest): HttpRequest =>
  jsonRequest(base, { method, path: query === '' ? path : `${path}?${query}`, ...(body === null ? {} : { body }) })

/** JSON as a value, other text as it is, null for no body. */
export function rawBody (text: string): unknown {
  if (text.trim() === '') return null
  const body = parseJson(text)
  return body === undefined ? text : body
}

const mostDecodings = 5

/**
 * The segments of a path as the most lenient server would read them: every layer of percent-encoding undone, lower case, path
 * parameters (`;x=1`), surrounding space and empty segments removed. Null where the path is not safe to judge: broken or
 * too deep an encoding, a control character, a `\`, `?` or `#` in disguise, a dot segment.
 */
export function rawSegments (path: string): readonly string[] | null {
  const plain = decoded(path)
  if (plain === null || /[\\?#\p{Cc}]/u.test(plain)) return null
  const segments = plain.normalize('NFKC').toLowerCase().split('/')
    .map(segment => segment.replace(/;.*$/, '').trim()).filter(segment => segment !== '')
  return segments.some(segment => segment === '.' || segment === '..') ? null : segments
}

function decoded (path: string): string | null {
  let text = path
  for (let layers = 0; text.includes('%'); layers += 1) {
    if (layers === mostDecodings) return null
    try {
      text = decodeURIComponent(text)
    } catch {
      return null
    }
  }
  return text
}
