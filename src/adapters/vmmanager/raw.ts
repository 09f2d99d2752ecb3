import type { Upstream } from '../contract.ts'
import type { Raw, RawAnswer, RawRequest } from '../verbs.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseJson, refused } from '../../upstream/read.ts'
import { authorization } from './auth.ts'
import { callFailure, complaintOf } from './failures.ts'
import type { VmmanagerAccount } from './settings.ts'

export const createRaw = (account: VmmanagerAccount, upstream: Upstream): Raw => ({
  evidence: 'documented',
  note: 'Paths begin with the service: /vm/v3/host. Of /auth only users and their SSH keys are passed on.',
  isForbidden,
  run: async request => await upstream.send({
    name: 'raw',
    ...(request.method === 'GET' ? { intent: 'read' } : { intent: 'write', assumed: { status: 200, body: null } }),
    build: token => ({
      method: request.method,
      url: `${account.url}${request.path}${request.query === '' ? '' : `?${request.query}`}`,
      headers: { ...authorization(account, token), accept: 'application/json', ...contentType(request) },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) })
    }),
    read: readRaw
  })
})

const contentType = ({ body }: RawRequest): Record<string, string> => body === undefined ? {} : { 'content-type': 'application/json' }

/** Any answer is one but that of a dead token and of a platform that sleeps: those are cured by asking again. */
function readRaw (response: HttpResponse): RawAnswer {
  if (response.status === 503) throw refused(response, { failure: 'suspended', notAttempted: true })
  const body = parseJson(response.text)
  const told = callFailure(response, complaintOf(body))
  if (told.failure === 'authentication') throw refused(response, told)
  return { status: response.status, body: body === undefined ? textOrNull(response.text) : body }
}

const textOrNull = (text: string): string | null => text === '' ? null : text

/** All of the sign-in service but users, who they are and their public keys. */
const openPaths = /^auth\/v\d+\/(whoami|user|user\/[^/]+|user\/[^/]+\/sshkey(\/[^/]+)?)$/

/** The path as a lenient server might read it. */
export function isForbidden (path: string): boolean {
  const plain = decoded(path)
  if (plain === null || /[?#\p{Cc}]/u.test(plain)) return true
  const segments = plain.replaceAll('\\', '/').toLowerCase().split('/').map(part => part.replace(/;.*$/, '').trim()).filter(part => part !== '')
  if (segments.some(part => part === '.' || part === '..')) return true
  const at = segments.indexOf('auth')
  return at >= 0 && !openPaths.test(segments.slice(at).join('/'))
}

const mostDecodings = 5

/** Decoded until nothing is left to decode; null for what can not be. */
function decoded (path: string): string | null {
  let text = path
  for (let rounds = 0; rounds < mostDecodings; rounds += 1) {
    if (!text.includes('%')) return text
    try {
      text = decodeURIComponent(text)
    } catch {
      return null
    }
  }
  return null
}
