import type { Config } from '../config/load.ts'
import { createHttpClient } from '../upstream/http.ts'
import { createTokenReader } from './jwt.ts'
import { createAuthenticate, type Authenticate } from './keys.ts'

/** Who is let in, and the connection to the issuer of tokens where there is one: it is asked when the first token comes. */
export interface Door {
  /** Null where no keys are asked for. */
  readonly authenticate: Authenticate | null
  close(): Promise<void>
}

const largestIssuerAnswerBytes = 256 * 1024

export function openDoor ({ mode, keys, oidc }: Config['auth']): Door {
  if (mode === 'none' || oidc === undefined) return { authenticate: mode === 'none' ? null : createAuthenticate(keys, null), close: async () => {} }
  const http = createHttpClient({ maximumBytes: largestIssuerAnswerBytes, connections: 1 })
  return { authenticate: createAuthenticate(keys, createTokenReader(oidc, http)), close: http.close }
}
