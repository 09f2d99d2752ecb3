import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { z } from 'zod'
import { quotaWindowMs, type Quota } from '../quota.ts'

const takeScript = `
redis.call("zremrangebyscore", KEYS[1], "-inf", ARGV[1] - ARGV[2])
if redis.call("zcard", KEYS[1]) >= tonumber(ARGV[3]) then
  local oldest = redis.call("zrange", KEYS[1], 0, 0, "withscores")
  if oldest[2] then return math.ceil(oldest[2] + ARGV[2] - ARGV[1]) end
  return tonumber(ARGV[2])
end
redis.call("zadd", KEYS[1], ARGV[1], ARGV[4])
redis.call("pexpire", KEYS[1], ARGV[2])
return 0`

/** Shared by all replicas. `kind` separates the quotas of one account. */
export const createRedisQuota = (redis: Redis | Cluster, kind: 'deletes' | 'creates', now: () => number = Date.now): Quota => ({
  take: async (account, most) => z.number().parse(await redis.eval(takeScript, 1, `hawser:{${account}}:${kind}`,
    String(now()), String(quotaWindowMs), String(most), randomUUID()))
})
