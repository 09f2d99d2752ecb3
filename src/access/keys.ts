import { createHash, timingSafeEqual } from 'node:crypto'
import type { Permission, Principal } from './principal.js'

export interface KeySettings {
  readonly name: string
  /** Hex of the SHA-256 of the key. The key itself is nowhere. */
  readonly sha256: string
  readonly accounts: readonly string[]
  readonly permissions: readonly Permission[]
}

/** Finds who a presented key belongs to; null for an unknown key. Every key is compared, in constant time. */
export type Authenticate = (key: string) => Principal | null

export function createAuthenticate (keys: readonly KeySettings[]): Authenticate {
  const known = keys.map(key => ({
    digest: Buffer.from(key.sha256, 'hex'),
    principal: {
      name: key.name,
      permissions: new Set(key.permissions),
      accounts: key.accounts.includes('*') ? null : new Set(key.accounts)
    }
  }))
  return key => {
    const digest = createHash('sha256').update(key).digest()
    let found: Principal | null = null
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, digest)) found ??= candidate.principal
    }
    return found
  }
}
