import type { Token } from '../adapters/contract.ts'

/** A token with the time (epoch ms) from which a new one is to be had; null where it has no end of its own. */
export interface StoredToken extends Token {
  readonly renewAt: number | null
}

/**
 * Where tokens live between requests. Keys name an account and a fingerprint of its credentials.
 * A store that is lost answers as if it were empty: the callers then go on with tokens of their own process.
 */
export interface TokenStore {
  get(key: string): Promise<StoredToken | null>
  /** Keeps the token for `ttlMs` at most. */
  put(key: string, token: StoredToken, ttlMs: number): Promise<void>
  /** Lets the stored token live `ttlMs` longer from now. */
  touch(key: string, ttlMs: number): Promise<void>
  /** Forgets the token, if it is still the one with this value. */
  drop(key: string, value: string): Promise<void>
  /** The right to sign in, for one holder at a time; null while another has it. */
  lock(key: string, ttlMs: number): Promise<Lock | null>
  /** Remembers that the credentials were refused. */
  refuse(key: string, ttlMs: number): Promise<void>
  isRefused(key: string): Promise<boolean>
  /** Forgets the refusal. */
  clearRejected(key: string): Promise<void>
}

/** A right that ends by itself, so that a holder who dies keeps nobody waiting for long. */
export interface Lock {
  extend(ttlMs: number): Promise<void>
  release(): Promise<void>
}
