import { readToken, type Lock, type TokenStore } from '../token-store.ts'
import { textOf, type Statement } from './database.ts'
import type { AgeClock, SqliteParts } from './parts.ts'

/**
 * Tokens of one process, which alone owns the database. While that fails, reads return nothing and writes are dropped. Each sealing gives
 * another text, so a digest of the token is stored beside it for the comparison.
 */
export function createSqliteTokenStore ({ database, sealer, now }: SqliteParts, digest: (text: string) => string): TokenStore {
  const found = database.query('SELECT record FROM tokens WHERE name = ? AND expires_at > ?')
  // A lost token costs one sign-in.
  const put = database.statement('INSERT OR REPLACE INTO tokens (name, digest, expires_at, record) VALUES (?, ?, ?, ?)', 'brief')
  const touch = database.statement('UPDATE tokens SET expires_at = ? WHERE name = ? AND expires_at > ?', 'brief')
  const drop = database.statement('DELETE FROM tokens WHERE name = ? AND digest = ?', 'brief')
  const refused = database.query('SELECT 1 FROM refusals WHERE name = ? AND expires_at > ?')
  const refuse = database.statement('INSERT OR REPLACE INTO refusals (name, expires_at) VALUES (?, ?)', 'brief')
  const clear = database.statement('DELETE FROM refusals WHERE name = ?', 'brief')
  const orElse = <T>(otherwise: T, work: () => T): T => {
    try { return work() } catch { return otherwise }
  }
  const ifPossible = (write: Statement, ...values: ReadonlyArray<string | number>): void => { orElse(0, () => write.run(...values)) }

  return {
    get: async key => orElse(null, () => {
      const row = found.one(key, now())
      const text = row === undefined ? null : sealer.open(textOf(row, 'record'), key)
      return text === null ? null : readToken(text)
    }),
    put: async (key, token, ttlMs) => {
      ifPossible(put, key, digest(token.value), now() + Math.max(1, Math.round(ttlMs)), sealer.seal(JSON.stringify(token), key))
    },
    touch: async (key, ttlMs) => { ifPossible(touch, now() + Math.max(1, Math.round(ttlMs)), key, now()) },
    drop: async (key, value) => { ifPossible(drop, key, digest(value)) },
    lock: createLocks(now),
    refuse: async (key, ttlMs) => { ifPossible(refuse, key, now() + Math.round(ttlMs)) },
    isRefused: async key => orElse(false, () => refused.one(key, now()) !== undefined),
    clearRejected: async key => { ifPossible(clear, key) }
  }
}

/** Locks end with the process, so they are not stored. */
function createLocks (now: AgeClock) {
  const held = new Map<string, { until: number }>()
  return async (key: string, ttlMs: number): Promise<Lock | null> => {
    if ((held.get(key)?.until ?? 0) > now()) return null
    const mine = { until: now() + ttlMs }
    held.set(key, mine)
    return {
      extend: async ms => { mine.until = now() + ms },
      release: async () => { if (held.get(key) === mine) held.delete(key) }
    }
  }
}
