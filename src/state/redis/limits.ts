import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { quotaWindowMs, type Quota, type TokenBuckets } from '../limits.ts'
import { accountKey, type Connection } from './commands.ts'

const takeFromQuotaScript = `
redis.call("zremrangebyscore", KEYS[1], "-inf", ARGV[1] - ARGV[2])
if redis.call("zcard", KEYS[1]) >= tonumber(ARGV[3]) then
  local oldest = redis.call("zrange", KEYS[1], 0, 0, "withscores")
  if oldest[2] then return math.ceil(oldest[2] + ARGV[2] - ARGV[1]) end
  return tonumber(ARGV[2])
end
redis.call("zadd", KEYS[1], ARGV[1], ARGV[4])
redis.call("pexpire", KEYS[1], ARGV[2])
return 0`

/** `kind` separates the quotas of one account. */
export const createRedisQuota = (redis: Connection, kind: 'deletes' | 'creates'): Quota => ({
  take: async (account, most) => z.number().parse(await redis.eval(takeFromQuotaScript, 1, accountKey(account, kind),
    String(Date.now()), String(quotaWindowMs), String(most), randomUUID()))
})

// By the clock of Redis, so that replicas need no common time. Whole microseconds; the same arithmetic as in SQLite.
const takeTokenScript = `
local time = redis.call("time")
local now = time[1] * 1000000 + time[2]
local perToken = tonumber(ARGV[1])
local fullAt = tonumber(redis.call("get", KEYS[1]) or "0")
local next = math.max(fullAt, now) + perToken
local wait = math.max(0, next - ARGV[2] * perToken - now)
if wait > tonumber(ARGV[3]) then return -1 end
redis.call("set", KEYS[1], string.format("%.0f", next), "PX", math.ceil((next - now) / 1000) + 1000)
return math.ceil(wait / 1000)`

/** Throws while Redis is unavailable. */
export const createRedisTokenBuckets = (redis: Connection): TokenBuckets => ({
  take: async (name, { capacity, perSecond }, patienceMs) => {
    const waitMs = z.number().parse(await redis.eval(takeTokenScript, 1, `hawser:bucket:${name}`,
      String(Math.round(1_000_000 / perSecond)), String(capacity), String(Math.round(patienceMs * 1000))))
    return waitMs < 0 ? null : waitMs
  }
})
