import type { Sealer } from '../sealer.ts'
import { readToken, type TokenStore } from '../token-store.ts'
import { createLock, deleteVersion, wholeMs, type Connection } from './commands.ts'

/** Tokens shared by all replicas, sealed. While Redis is unavailable, reads return nothing and writes are dropped. */
export function createRedisTokenStore (redis: Connection, sealer: Sealer, digest: (text: string) => string): TokenStore {
  const tokenKey = (key: string): string => `hawser:token:${key}`
  const refusalKey = (key: string): string => `hawser:token-refused:${key}`
  const orElse = async <T>(otherwise: T, work: () => Promise<T>): Promise<T> => {
    try { return await work() } catch { return otherwise }
  }
  const ifAvailable = async (work: () => Promise<unknown>): Promise<void> => { await orElse(null, work) }

  return {
    get: async key => await orElse(null, async () => {
      const sealed = await redis.hget(tokenKey(key), 'd')
      const text = sealed === null ? null : sealer.open(sealed, key)
      return text === null ? null : readToken(text)
    }),
    put: async (key, token, ttlMs) => {
      await ifAvailable(async () => await redis.multi()
        .del(tokenKey(key))
        .hset(tokenKey(key), { v: digest(token.value), d: sealer.seal(JSON.stringify(token), key) })
        .pexpire(tokenKey(key), wholeMs(ttlMs))
        .exec())
    },
    touch: async (key, ttlMs) => { await ifAvailable(async () => await redis.pexpire(tokenKey(key), wholeMs(ttlMs))) },
    drop: async (key, value) => { await ifAvailable(async () => { await deleteVersion(redis, tokenKey(key), digest(value)) }) },
    lock: async (key, ttlMs) => {
      const lock = createLock(redis, `hawser:token-lock:${key}`)
      if (!await orElse(true, async () => await lock.take(ttlMs))) return null
      return {
        extend: async ms => { await ifAvailable(async () => { await lock.extend(ms) }) },
        release: async () => { await ifAvailable(lock.release) }
      }
    },
    refuse: async (key, ttlMs) => { await ifAvailable(async () => await redis.set(refusalKey(key), '1', 'PX', ttlMs)) },
    isRefused: async key => await orElse(false, async () => await redis.exists(refusalKey(key)) === 1),
    clearRejected: async key => { await ifAvailable(async () => await redis.del(refusalKey(key))) }
  }
}
