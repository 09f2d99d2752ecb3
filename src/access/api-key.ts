import { hash, timingSafeEqual } from 'node:crypto'
import type { ReadToken } from './jwt.ts'
import type { Permission, Principal } from './principal.ts'

export interface KeySettings {
  readonly name: string
  /** Default: the name. */
  readonly id?: string | undefined
  /** SHA-256 of the key in hex; of two keys while one replaces the other. The keys themselves are not stored. */
  readonly sha256: string | readonly string[]
  /** RFC 3339, or a day: its first moment in UTC. */
  readonly expires_at?: string | undefined
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

/** A key that was valid until then: only its holder is given this answer. */
export interface ExpiredKey {
  readonly id: string
  readonly expiredAt: string
}

/**
 * Finds the principal of a credential; null for an unknown one. Keys are tried first; one that has not been seen valid yet is compared with
 * every key, in constant time. Never throws.
 */
export type Authenticate = (credential: Credential) => Found | Promise<Found>
type Found = Principal | ExpiredKey | null

/** `readToken` is null if no issuer is configured; `now` is in epoch milliseconds. */
export function createAuthenticate (keys: readonly KeySettings[], readToken: ReadToken | null, now: () => number): Authenticate {
  const findKey = createKeyring(keys, now)
  return ({ text, mayBeToken, onRefusal }) => {
    const found = findKey(text)
    if (found !== null || readToken === null || !mayBeToken) return found
    return readToken(text, onRefusal)
  }
}

export const idOf = ({ id, name }: KeySettings): string => id ?? name

export const digestsOf = ({ sha256 }: KeySettings): readonly string[] => typeof sha256 === 'string' ? [sha256] : sha256

/** Epoch milliseconds; infinity for a key without an end. */
export const expiryOf = ({ expires_at: expiresAt }: KeySettings): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)

function createKeyring (keys: readonly KeySettings[], now: () => number): (key: string) => Principal | ExpiredKey | null {
  const known = keys.flatMap(key => digestsOf(key).map(digest => ({
    digest: Buffer.from(digest, 'hex'),
    expiresAt: expiryOf(key),
    principal: {
      id: idOf(key),
      permissions: new Set(key.permissions),
      accounts: key.accounts.includes('*') ? null : new Set(key.accounts)
    }
  })))
  // Valid keys only, so that an invalid one always takes the same time and nothing grows.
  const seen = new Map<string, typeof known[number]>()
  const find = (key: string): typeof known[number] | undefined => {
    const digest = hash('sha256', key, 'buffer')
    const [found] = known.filter(candidate => timingSafeEqual(candidate.digest, digest))
    if (found !== undefined) seen.set(key, found)
    return found
  }
  return key => {
    const found = seen.get(key) ?? find(key)
    if (found === undefined || now() < found.expiresAt) return found?.principal ?? null
    return { id: found.principal.id, expiredAt: new Date(found.expiresAt).toISOString() }
  }
}
