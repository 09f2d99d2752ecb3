import { createHttpClient, type HttpClient } from '../upstream/http.ts'
import type { ReadToken, TokenSettings } from './jwt.ts'
import { createAuthenticate, type Authenticate, type KeySettings } from './api-key.ts'

/** Authenticates callers, and owns the connection to the token issuer, if any. The issuer is contacted when the first token arrives. */
export interface Authenticator {
  /** Null if authentication is off. */
  readonly authenticate: Authenticate | null
  close(): Promise<void>
}

const largestIssuerAnswerBytes = 256 * 1024

export interface AuthSettings {
  readonly mode: 'keys' | 'none'
  readonly keys: readonly KeySettings[]
  readonly oidc?: TokenSettings | undefined
}

export function createAuthenticator ({ mode, keys, oidc }: AuthSettings, now: () => number): Authenticator {
  if (mode === 'none') return { authenticate: null, close: async () => {} }
  if (oidc === undefined) return { authenticate: createAuthenticate(keys, null, now), close: async () => {} }
  const http = createHttpClient({ maximumBytes: largestIssuerAnswerBytes, connections: 1 })
  return { authenticate: createAuthenticate(keys, lazyTokenReader(oidc, http), now), close: http.close }
}

/** The token reader is loaded when the first token arrives. */
function lazyTokenReader (settings: TokenSettings, http: HttpClient): ReadToken {
  let reader: Promise<ReadToken> | null = null
  return async (token, onRefusal) => {
    reader ??= import('./jwt.ts').then(({ createTokenReader }) => createTokenReader(settings, http))
    return await (await reader)(token, onRefusal)
  }
}
