import type { Upstream } from '../contract.ts'
import type { Raw } from '../verbs.ts'
import { createJsonRaw, rawSegments } from '../kit/raw.ts'
import { callFailure } from './failures.ts'
import { baseOf } from './send.ts'
import type { HeficedAccount } from './settings.ts'

export const createRawVerb = (account: HeficedAccount, upstream: Upstream): Raw => createJsonRaw(upstream, {
  evidence: 'documented',
  note: 'Paths are relative to api_url and have no version; most begin with the organization\'s id.',
  isSecret: segments => segments.some(segment => signInWords.has(segment)) || isTokenEndpoint(account, segments),
  baseOf: token => baseOf(account, token),
  toFailure: callFailure
})

/** Segments of token endpoints (RFC 6749, 7009, 7662) and sign-in pages, at any position. */
const signInWords: ReadonlySet<string> = new Set([
  'oauth', 'oauth2', 'token', 'tokens', 'login', 'signin', 'sign-in', 'auth', 'iam', 'credentials', 'userinfo', 'introspect', 'revoke'
])

/** The token endpoint may be configured below the API's base. */
function isTokenEndpoint ({ api_url: api, token_url: tokens }: HeficedAccount, segments: readonly string[]): boolean {
  const endpoint = tokens.startsWith(`${api}/`) ? rawSegments(tokens.slice(api.length)) : null
  return endpoint !== null && endpoint.every((segment, index) => segment === segments[index])
}
