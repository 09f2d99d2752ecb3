import { z } from 'zod'
import type { Token } from '../adapters/contract.ts'

/** A token with the time (epoch ms) from which it is to be renewed; null if it does not expire. */
export interface StoredToken extends Token {
  readonly renewAt: number | null
}

/**
 * Keeps tokens between requests. Keys consist of an account and a fingerprint of its credentials. An unavailable store behaves as if it
 * were empty: callers then continue with tokens of their own process.
 */
export interface TokenStore {
  get(key: string): Promise<StoredToken | null>
  /** Stores the token for at most `ttlMs`. */
  put(key: string, token: StoredToken, ttlMs: number): Promise<void>
  /** Extends the life of the stored token to `ttlMs` from now. */
  touch(key: string, ttlMs: number): Promise<void>
  /** Deletes the token if the stored one still has this value. */
  drop(key: string, value: string): Promise<void>
  /** The right to sign in, for one holder at a time; null while another has it. */
  lock(key: string, ttlMs: number): Promise<Lock | null>
  /** Remembers that the credentials were refused. */
  refuse(key: string, ttlMs: number): Promise<void>
  isRefused(key: string): Promise<boolean>
  /** Forgets the refusal. */
  clearRejected(key: string): Promise<void>
}

/** A lock that expires by itself, so that a crashed holder does not block the others for long. */
export interface Lock {
  extend(ttlMs: number): Promise<void>
  release(): Promise<void>
}

const tokenSchema: z.ZodType<StoredToken> = z.object({
  value: z.string(),
  expiresAt: z.number().nullable(),
  idleMs: z.number().nullable(),
  data: z.record(z.string(), z.string()),
  renewAt: z.number().nullable()
})

/** The token in a text; null if it is none. */
export function readToken (text: string): StoredToken | null {
  const parsed = tokenSchema.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : null
}
