import { hash, timingSafeEqual } from 'node:crypto'
import type { ReadToken } from './jwt.ts'
import type { Permission, Principal } from './principal.ts'

export interface KeySettings {
  readonly name: string
  /** SHA-256 of the key in hex. The key itself is not stored. */
  readonly sha256: string
  readonly accounts: readonly string[]
  readonly permissions: readonly Permission[]
}

export interface Credential {
  readonly text: string
  /** The credential came as the only one, in an Authorization: Bearer header: only there a token is accepted. */
  readonly mayBeToken: boolean
  /** Receives the reason why a token was refused, rate-limited; for the log, never for the caller. */
  readonly onRefusal: (reason: string) => void
}

/**
 * Finds the principal of a credential; null for an unknown one. Keys are tried first, and every key is compared, in constant time. Never
 * throws.
 */
export type Authenticate = (credential: Credential) => Principal | null | Promise<Principal | null>

/** `readToken` is null if no issuer is configured. */
export function createAuthenticate (keys: readonly KeySettings[], readToken: ReadToken | null): Authenticate {
  const findKey = createKeyring(keys)
  return ({ text, mayBeToken, onRefusal }) => {
    const found = findKey(text)
    if (found !== null || readToken === null || !mayBeToken) return found
    return readToken(text, onRefusal)
  }
}

function createKeyring (keys: readonly KeySettings[]): (key: string) => Principal | null {
  const known = keys.map(key => ({
    digest: Buffer.from(key.sha256, 'hex'),
    principal: {
      name: key.name,
      permissions: new Set(key.permissions),
      accounts: key.accounts.includes('*') ? null : new Set(key.accounts)
    }
  }))
  return key => {
    const digest = hash('sha256', key, 'buffer')
    let found: Principal | null = null
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, digest)) found ??= candidate.principal
    }
    return found
  }
}
