import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { isFinal } from '../../domain/operation.ts'
import type { Sealer } from '../sealer.ts'
import { idPrefixAt, keptForMs, type Change, type EndLease, type OperationRecords, type StoredOperation } from '../operation-store.ts'
import { readStoredOperation } from '../stored-operation.ts'
import { withPresentNames } from './earlier-names.ts'

// Keys of one account share a slot of a cluster.
const keyOf = (account: string, rest: string): string => `hawser:{${account}}:${rest}`
const recordKey = (account: string, id: string): string => keyOf(account, `operation:${id}`)

const swapScript = `
if redis.call("hget", KEYS[1], "v") ~= ARGV[1] then return 0 end
redis.call("hset", KEYS[1], "v", ARGV[2], "d", ARGV[3])
-- One that had ended may go on: an answer came after all.
redis.call(ARGV[4] == "1" and "srem" or "sadd", KEYS[2], ARGV[5])
return 1`
const releaseScript = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end'
const leaseScript = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end'
// Writers in one process queue per operation, so only as many writers as replicas compete here.
const mostTries = 100

type Connection = Redis | Cluster

/** Records that every replica sees and that outlive a restart, sealed. */
export function createRedisOperationRecords (redis: Connection, sealer: Sealer): OperationRecords {
  const records = createRecords(redis, sealer)
  const inLine = createQueues()
  return {
    put: records.put,
    read: async (account, id) => {
      const sealed = await records.sealed(account, id)
      const stored = records.unseal(account, id, sealed)
      if (stored === null && sealed !== null) throw new Error('a stored operation cannot be read')
      return stored
    },
    change: async (known, change) => await inLine(known.operation.id, async () => await records.swap(known, change)),
    erase: async (account, id) =>
      await allOf(redis.multi().del(recordKey(account, id)).zrem(keyOf(account, 'operations'), id).srem(keyOf(account, 'pending'), id).exec()),
    list: async (account, after, count) => {
      const ids = await redis.zrevrangebylex(keyOf(account, 'operations'), after === null ? '+' : `(${after}`, '-', 'LIMIT', 0, count)
      return (await records.readable(account, ids)).filter(record => record !== null)
    },
    pending: async account => {
      const ids = await redis.smembers(keyOf(account, 'pending'))
      const found = await records.readable(account, ids)
      const lost = ids.filter((_, index) => found[index] === null)
      if (lost.length > 0) await redis.srem(keyOf(account, 'pending'), ...lost)
      return found.filter(record => record !== null)
    },
    claim: async (account, name, holder) => {
      const key = keyOf(account, `claim:${name}`)
      const first = await redis.set(key, holder, 'PX', keptForMs, 'NX')
      return first !== null || await redis.get(key) === holder
    },
    release: async (account, name, holder) => { await redis.eval(releaseScript, 1, keyOf(account, `claim:${name}`), holder) },
    lease: async (account, holdMs) => await takeLease(redis, keyOf(account, 'turn'), holdMs),
    beat: async (replica, forMs) => { await redis.set(`hawser:replica:${replica}`, '1', 'PX', forMs) },
    isAlive: async replica => await redis.exists(`hawser:replica:${replica}`) === 1
  }
}

function createRecords (redis: Connection, sealer: Sealer) {
  const sealed = async (account: string, id: string): Promise<string | null> => await redis.hget(recordKey(account, id), 'd')
  const unseal = (account: string, id: string, text: string | null): StoredOperation | null => {
    const opened = text === null ? null : sealer.open(text, recordKey(account, id))
    return opened === null ? null : readStoredOperation(withPresentNames(JSON.parse(opened)))
  }
  const put = async (stored: StoredOperation): Promise<void> => {
    const { account, id, status } = stored.operation
    const key = recordKey(account, id)
    const transaction = redis.multi()
      .hset(key, { v: String(stored.version), d: sealer.seal(JSON.stringify(stored), key) })
      .pexpire(key, keptForMs)
      .zadd(keyOf(account, 'operations'), 0, id)
      .zremrangebylex(keyOf(account, 'operations'), '-', `(${idPrefixAt(stored.startedAt - keptForMs)}`)
      .pexpire(keyOf(account, 'operations'), keptForMs)
    const pendingKey = keyOf(account, 'pending')
    await allOf((isFinal(status) ? transaction.srem(pendingKey, id) : transaction.sadd(pendingKey, id)).exec())
  }
  const swap = async (known: StoredOperation, change: Change): Promise<StoredOperation> => {
    const { account, id } = known.operation
    const key = recordKey(account, id)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const kept = unseal(account, id, await sealed(account, id))
      const current = kept ?? known
      const changed = change(current)
      if (changed === null) return current
      const next = { ...changed, version: Math.max(changed.version, current.version) + 1 }
      if (kept === null) { await put(next); return next }
      const swapped = await redis.eval(swapScript, 2, key, keyOf(account, 'pending'),
        String(kept.version), String(next.version), sealer.seal(JSON.stringify(next), key), isFinal(next.operation.status) ? '1' : '0', id)
      if (swapped === 1) return next
    }
    throw new Error('an operation has too many concurrent writers')
  }
  return {
    sealed,
    unseal,
    put,
    swap,
    /** Null in place of a record that is missing or cannot be read. */
    readable: async (account: string, ids: readonly string[]) => await Promise.all(ids.map(async id => unseal(account, id, await sealed(account, id))))
  }
}

/** Changes of one operation run one after the other: of concurrent ones all but one would have to be repeated. */
function createQueues () {
  const lines = new Map<string, Promise<unknown>>()
  return async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const mine = (lines.get(id) ?? Promise.resolve()).then(work, work)
    lines.set(id, mine)
    try {
      return await mine
    } finally {
      if (lines.get(id) === mine) lines.delete(id)
    }
  }
}

async function takeLease (redis: Connection, key: string, holdMs: number): Promise<EndLease | null> {
  const lease = randomUUID()
  if (await redis.set(key, lease, 'PX', holdMs, 'NX') === null) return null
  const hold = async (ms: number): Promise<void> => {
    await redis.eval(leaseScript, 1, key, lease, String(Math.max(1, Math.round(ms)))).catch(() => {})
  }
  // Held as long as its holder lives, however long a poll takes; freed soon after a crash.
  const renewing = setInterval(() => { hold(holdMs).catch(() => {}) }, holdMs / 3).unref()
  return async restMs => {
    clearInterval(renewing)
    await hold(restMs)
  }
}

/** A transaction reports failures of single commands in its result. */
async function allOf (outcome: Promise<Array<[Error | null, unknown]> | null>): Promise<void> {
  const results = await outcome
  const fault = results === null ? new Error('the transaction was aborted') : results.find(([error]) => error !== null)?.[0]
  if (fault !== undefined && fault !== null) throw fault
}
