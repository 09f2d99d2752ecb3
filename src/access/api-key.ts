import { hash, timingSafeEqual } from 'node:crypto'
import type { ReadToken } from './jwt.ts'
import type { Permission, Principal } from './principal.ts'

export interface KeySettings {
  readonly name: string
  /** Default: the name. */
  readonly id?: string | undefined
  /** SHA-256 of the key in hex, or of two keys during a rotation. The keys themselves are not stored. */
  readonly sha256: string | readonly string[]
  /** RFC 3339, or a date, which means its start in UTC. */
  readonly expires_at?: string | undefined
  readonly accounts: readonly string[]
  readonly permissions: readonly Permission[]
}

export interface Credential {
  readonly text: string
  /** The only credential of the request is this one, in `Authorization: Bearer`; tokens are accepted nowhere else. */
  readonly mayBeToken: boolean
  /** Receives the reason why a token was refused, rate-limited; for the log, never for the caller. */
  readonly onRefusal: (reason: string) => void
}

/** A key that has expired. Only a caller that has the key learns this. */
export interface ExpiredKey {
  readonly id: string
  readonly expiredAt: string
}

/**
 * Finds the principal of a credential; null if it is unknown. It is first looked up among the keys: one that was not found valid before is
 * compared with every key, in constant time. Never throws.
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

/** Epoch milliseconds; infinity for a key that does not expire. */
export const expiryOf = ({ expires_at: expiresAt }: KeySettings): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)

function createKeyring (keys: readonly KeySettings[], now: () => number): (key: string) => Principal | ExpiredKey | null {
  const entries = keys.flatMap(key => digestsOf(key).map(digest => ({
    digest: Buffer.from(digest, 'hex'),
    expiresAt: expiryOf(key),
    principal: {
      id: idOf(key),
      permissions: new Set(key.permissions),
      accounts: key.accounts.includes('*') ? null : new Set(key.accounts)
    }
  })))
  // Only configured keys are remembered, so an unknown one always takes the same time, and the map cannot grow.
  const remembered = new Map<string, typeof entries[number]>()
  const find = (key: string): typeof entries[number] | undefined => {
    const digest = hash('sha256', key, 'buffer')
    const [found] = entries.filter(candidate => timingSafeEqual(candidate.digest, digest))
    if (found !== undefined) remembered.set(key, found)
    return found
  }
  return key => {
    const found = remembered.get(key) ?? find(key)
    if (found === undefined || now() < found.expiresAt) return found?.principal ?? null
    return { id: found.principal.id, expiredAt: new Date(found.expiresAt).toISOString() }
  }
}
