import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { digestOf, readIdempotencyRecord, type IdempotencyRecord, type IdempotencyStore } from '../idempotency-store.ts'
import { keptForMs } from '../operation-store.ts'
import type { Sealer } from '../sealer.ts'
import { accountKey, deleteVersion, type Connection } from './commands.ts'

/**
 * Each account has marks beside its keys: one of the first process, and one for each process that has seen a flush. A known mark that is
 * missing means that Redis was flushed, and the keys with it: then `flushed` is set until an operator deletes it, and creates are refused.
 * Every process that knew a mark puts it back, so that no flush is detected twice.
 */
const detectScript = `
local mark = ARGV[1]
if mark == "" then
  mark = redis.call("smembers", KEYS[1])[1]
  if not mark then mark = ARGV[2] redis.call("sadd", KEYS[1], mark) end
elseif redis.call("sadd", KEYS[1], mark) == 1 then
  redis.call("set", KEYS[2], "1")
end
local flushed = redis.call("exists", KEYS[2])`

const isFlushedScript = `${detectScript}
return {mark, flushed}`

const reserveScript = `${detectScript}
if ARGV[6] == "1" and flushed == 1 then return {"flushed", mark} end
local found = redis.call("hget", KEYS[3], "d")
if found then return {"known", mark, found} end
redis.call("hset", KEYS[3], "v", ARGV[3], "d", ARGV[4])
redis.call("pexpire", KEYS[3], ARGV[5])
return {"new", mark}`

const replaceScript = `
if redis.call("hget", KEYS[1], "v") ~= ARGV[1] then return 0 end
redis.call("hset", KEYS[1], "v", ARGV[2], "d", ARGV[3])
return 1`

const detectedSchema = z.tuple([z.string(), z.number()])
const reservedSchema = z.tuple([z.enum(['new', 'known', 'flushed']), z.string()]).rest(z.string())

/** Keys that every replica sees and that outlive a restart, sealed. */
export function createRedisIdempotencyStore (redis: Connection, sealer: Sealer): IdempotencyStore {
  const marks = new Map<string, string>()
  const recordKey = (account: string, key: string): string => accountKey(account, `key:${key}`)
  const seal = (record: IdempotencyRecord, place: string): string => sealer.seal(JSON.stringify(record), place)

  return {
    keeper: 'redis',
    acknowledgement: account => `redis-cli DEL '${accountKey(account, 'flushed')}'`,
    isFlushed: async account => {
      const [mark, flushed] = detectedSchema.parse(await redis.eval(isFlushedScript, 2,
        accountKey(account, 'mark'), accountKey(account, 'flushed'), marks.get(account) ?? '', randomUUID()))
      if (!marks.has(account)) marks.set(account, mark)
      return flushed === 1
    },
    reserve: async (account, { key, record, isCreate }) => {
      const place = recordKey(account, key)
      const [kind, mark, sealed] = reservedSchema.parse(await redis.eval(reserveScript, 3,
        accountKey(account, 'mark'), accountKey(account, 'flushed'), place,
        marks.get(account) ?? '', randomUUID(), digestOf(record), seal(record, place), String(keptForMs), isCreate ? '1' : '0'))
      if (!marks.has(account)) marks.set(account, mark)
      if (kind !== 'known') return { kind }
      const text = sealed === undefined ? null : sealer.open(sealed, place)
      if (text === null) return { kind: 'unreadable' }
      return { kind, record: readIdempotencyRecord(text) }
    },
    replace: async (account, key, known, next) => {
      const place = recordKey(account, key)
      return await redis.eval(replaceScript, 1, place, digestOf(known), digestOf(next), seal(next, place)) === 1
    },
    find: async (account, key) => {
      const place = recordKey(account, key)
      const sealed = await redis.hget(place, 'd')
      if (sealed === null) return null
      const text = sealer.open(sealed, place)
      if (text === null) throw new Error('a stored Idempotency-Key record cannot be read')
      return readIdempotencyRecord(text)
    },
    forget: async (account, key, known) => { await deleteVersion(redis, recordKey(account, key), digestOf(known)) }
  }
}
