import type { Raw, RawRequest } from '../verbs.ts'
import { parseJson } from '../../upstream/read.ts'
import { callFailure } from './failures.ts'
import type { Send } from './wire.ts'

export const createRaw = (send: Send): Raw => ({
  evidence: 'documented',
  note: 'Paths lie below the configured url and have no slash at their end.',
  run: async ({ method, path, query, body }) => await send({
    name: 'raw',
    method,
    path: query === '' ? path : `${path}?${query}`,
    ...(body === undefined || body === null ? {} : { body }),
    ...(method === 'GET' ? {} : { assumed: { status: 200, body: null } }),
    read: response => {
      if (response.status === 401) throw callFailure(response)
      return { status: response.status, body: response.text === '' ? null : parseJson(response.text) ?? response.text }
    }
  }),
  isForbidden
})

/** Where users sign in, get keys, or lend themselves to others; consoles whose link holds a token of OpenStack, and fresh private keys. */
const forbidden = new RegExp(`^(?:.*-)?(?:${[
  'log-?(?:in|out)', 'sign-?(?:in|up|out)', 'sso', 'o?auth2?', 'tokens?', 'credentials?', 'impersonat(?:e|ion)', 'sessions?',
  '(?:reset|confirm|forgot)-(?:password|e?mail)', 'password-reset', 'second-factor', 'sfa', 'get-generated-key-pair', 'get-console-url'
].join('|')})(?:-.*)?$`)

/** Decided on the path as the other side will read it, however it is written. */
function isForbidden (path: RawRequest['path']): boolean {
  const plain = decoded(path)
  // A URL's reader would cut there, or turn it into a slash, or drop it.
  if (plain === null || /[\\?#;\p{Cc}]/u.test(plain)) return true
  const segments = plain.toLowerCase().split('/').filter(segment => segment !== '')
  return segments.some(segment => segment === '.' || segment === '..' || forbidden.test(segment.replaceAll('_', '-').trim()))
}

const mostLayers = 5

/** Without any percent-encoding, of however many layers; null for a broken one. */
function decoded (text: string): string | null {
  let current = text
  for (let layer = 0; layer < mostLayers; layer += 1) {
    try {
      const next = decodeURIComponent(current)
      if (next === current) return current
      current = next
    } catch {
      return null
    }
  }
  return null
}
