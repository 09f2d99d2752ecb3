import type { Cluster, Redis } from 'ioredis'
import { z } from 'zod'
import type { TokenBuckets } from '../token-bucket.ts'

// The arithmetic of the bucket in memory, by the clock of Redis, so that replicas need no common time. Whole microseconds.
const takeScript = `
local time = redis.call("time")
local now = time[1] * 1000000 + time[2]
local drop = tonumber(ARGV[1])
local full = tonumber(redis.call("get", KEYS[1]) or "0")
local next = math.max(full, now) + drop
local wait = math.max(0, next - ARGV[2] * drop - now)
if wait > tonumber(ARGV[3]) then return -1 end
redis.call("set", KEYS[1], string.format("%.0f", next), "PX", math.ceil((next - now) / 1000) + 1000)
return math.ceil(wait / 1000)`

/** Shared by all replicas. Throws while Redis is unavailable. */
export const createRedisTokenBuckets = (redis: Redis | Cluster): TokenBuckets => ({
  take: async (name, size, patienceMs) => {
    const waitMs = await redis.eval(takeScript, 1, `hawser:bucket:${name}`,
      String(Math.round(1_000_000 / size.perSecond)), String(size.capacity), String(Math.round(patienceMs * 1000)))
    const known = z.number().parse(waitMs)
    return known < 0 ? null : known
  }
})
