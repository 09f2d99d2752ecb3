import type { StoredToken, TokenStore } from '../token-store.ts'

interface Entry<T> {
  readonly value: T
  expiresAt: number
}

/** Tokens of this process alone; other processes do not see them. */
export function createMemoryTokenStore (now: () => number = Date.now): TokenStore {
  const tokens = new Map<string, Entry<StoredToken>>()
  const refusals = new Map<string, number>()
  const locks = new Set<string>()

  const live = (key: string): Entry<StoredToken> | null => {
    const entry = tokens.get(key)
    if (entry === undefined) return null
    if (entry.expiresAt > now()) return entry
    tokens.delete(key)
    return null
  }

  return {
    get: async key => live(key)?.value ?? null,
    put: async (key, token, ttlMs) => { tokens.set(key, { value: token, expiresAt: now() + ttlMs }) },
    touch: async (key, ttlMs) => {
      const entry = live(key)
      if (entry !== null) entry.expiresAt = now() + ttlMs
    },
    drop: async (key, value) => { if (tokens.get(key)?.value.value === value) tokens.delete(key) },
    lock: async key => {
      if (locks.has(key)) return null
      locks.add(key)
      return { extend: async () => {}, release: async () => { locks.delete(key) } }
    },
    refuse: async (key, ttlMs) => { refusals.set(key, now() + ttlMs) },
    isRefused: async key => (refusals.get(key) ?? 0) > now(),
    clearRejected: async key => { refusals.delete(key) }
  }
}
