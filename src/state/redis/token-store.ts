import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Sealer } from '../sealer.ts'
import { readToken, type TokenStore } from '../token-store.ts'

const unlockScript = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end'
const extendScript = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end'
// Each sealing gives another text, so a digest of the token is stored beside it for the comparison.
const dropScript = 'if redis.call("hget", KEYS[1], "d") == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end'

/** Tokens shared by all replicas, sealed. While Redis is unavailable, reads return nothing and writes are dropped. */
export function createRedisTokenStore (redis: Redis | Cluster, sealer: Sealer, digest: (text: string) => string): TokenStore {
  const tokenKey = (key: string): string => `hawser:token:${key}`
  const quietly = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try { return await work() } catch { return otherwise }
  }

  return {
    get: async key => await quietly(async () => {
      const sealed = await redis.hget(tokenKey(key), 't')
      const text = sealed === null ? null : sealer.open(sealed, key)
      return text === null ? null : readToken(text)
    }, null),
    put: async (key, token, ttlMs) => {
      await quietly(async () => {
        await redis.multi()
          .del(tokenKey(key))
          .hset(tokenKey(key), { t: sealer.seal(JSON.stringify(token), key), d: digest(token.value) })
          .pexpire(tokenKey(key), Math.max(1, Math.round(ttlMs)))
          .exec()
      }, undefined)
    },
    touch: async (key, ttlMs) => { await quietly(async () => { await redis.pexpire(tokenKey(key), Math.max(1, Math.round(ttlMs))) }, undefined) },
    drop: async (key, value) => { await quietly(async () => { await redis.eval(dropScript, 1, tokenKey(key), digest(value)) }, undefined) },
    lock: async (key, ttlMs) => {
      const name = `hawser:token-lock:${key}`
      const owner = randomUUID()
      const got = await quietly(async () => await redis.set(name, owner, 'PX', ttlMs, 'NX'), 'lost')
      if (got === null) return null
      return {
        extend: async ms => { await quietly(async () => { await redis.eval(extendScript, 1, name, owner, String(ms)) }, undefined) },
        release: async () => { await quietly(async () => { await redis.eval(unlockScript, 1, name, owner) }, undefined) }
      }
    },
    refuse: async (key, ttlMs) => { await quietly(async () => { await redis.set(`hawser:token-refused:${key}`, '1', 'PX', ttlMs) }, undefined) },
    isRefused: async key => await quietly(async () => await redis.exists(`hawser:token-refused:${key}`) === 1, false),
    clearRejected: async key => { await quietly(async () => { await redis.del(`hawser:token-refused:${key}`) }, undefined) }
  }
}
