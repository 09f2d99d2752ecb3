import { readToken, type Lock, type TokenStore } from '../token-store.ts'
import { textOf } from './database.ts'
import type { AgeClock, SqliteParts } from './parts.ts'

export interface SqliteTokenParts extends SqliteParts {
  /** Each sealing gives another text, so a digest of the token is stored beside it for the comparison. */
  readonly digest: (text: string) => string
}

/** Tokens of one process, which alone owns the database. While that fails, reads return nothing and writes are dropped. */
export function createSqliteTokenStore ({ database, sealer, now, digest }: SqliteTokenParts): TokenStore {
  const found = database.query('SELECT record FROM tokens WHERE name = ? AND expires_at > ?')
  // A lost token costs one sign-in.
  const put = database.statement('INSERT OR REPLACE INTO tokens (name, digest, expires_at, record) VALUES (?, ?, ?, ?)', 'brief')
  const touch = database.statement('UPDATE tokens SET expires_at = ? WHERE name = ? AND expires_at > ?', 'brief')
  const drop = database.statement('DELETE FROM tokens WHERE name = ? AND digest = ?', 'brief')
  const refused = database.query('SELECT 1 FROM refusals WHERE name = ? AND expires_at > ?')
  const refuse = database.statement('INSERT OR REPLACE INTO refusals (name, expires_at) VALUES (?, ?)', 'brief')
  const clear = database.statement('DELETE FROM refusals WHERE name = ?', 'brief')
  const quietly = <T>(work: () => T, otherwise: T): T => {
    try { return work() } catch { return otherwise }
  }

  return {
    get: async key => quietly(() => {
      const row = found.one(key, now())
      const text = row === undefined ? null : sealer.open(textOf(row, 'record'), key)
      return text === null ? null : readToken(text)
    }, null),
    put: async (key, token, ttlMs) => {
      quietly(() => put.run(key, digest(token.value), now() + Math.max(1, Math.round(ttlMs)), sealer.seal(JSON.stringify(token), key)), 0)
    },
    touch: async (key, ttlMs) => { quietly(() => touch.run(now() + Math.max(1, Math.round(ttlMs)), key, now()), 0) },
    drop: async (key, value) => { quietly(() => drop.run(key, digest(value)), 0) },
    lock: createLocks(now),
    refuse: async (key, ttlMs) => { quietly(() => refuse.run(key, now() + Math.round(ttlMs)), 0) },
    isRefused: async key => quietly(() => refused.one(key, now()) !== undefined, false),
    clearRejected: async key => { quietly(() => clear.run(key), 0) }
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
