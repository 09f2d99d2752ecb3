import { isFinal } from '../../domain/operation.ts'
import { createSerial } from '../../domain/serial.ts'
import {
  idPrefixAt, keptForMs, readStoredOperation, type Change, type EndLease, type OperationRecords, type StoredOperation
} from '../operation-store.ts'
import type { Sealer } from '../sealer.ts'
import { accountKey, createLock, deleteIfEqual, type Connection } from './commands.ts'

const recordKey = (account: string, id: string): string => accountKey(account, `operation:${id}`)
/** The ids of all operations, and of those that have not ended. */
const allKey = (account: string): string => accountKey(account, 'operations')
const pendingKey = (account: string): string => accountKey(account, 'pending')
const claimKey = (account: string, name: string): string => accountKey(account, `claim:${name}`)
const replicaKey = (replica: string): string => `hawser:replica:${replica}`

const replaceScript = `
if redis.call("hget", KEYS[1], "v") ~= ARGV[1] then return 0 end
redis.call("hset", KEYS[1], "v", ARGV[2], "d", ARGV[3])
-- One that had ended may go on: an answer came after all.
redis.call(ARGV[4] == "1" and "srem" or "sadd", KEYS[2], ARGV[5])
return 1`
// Writers in one process queue per operation, so only as many writers as replicas compete here.
const mostTries = 100

/** Records that every replica sees and that outlive a restart, sealed. */
export function createRedisOperationRecords (redis: Connection, sealer: Sealer): OperationRecords {
  const { put, find, update } = createRecords(redis, sealer)
  const serially = createSerial()
  const findAll = async (account: string, ids: readonly string[]) =>
    await Promise.all(ids.map(async id => (await find(account, id)).stored))
  return {
    put: async stored => {
      await put(stored)
      return true
    },
    getForCertain: async (account, id) => {
      const { stored, isUnreadable } = await find(account, id)
      if (isUnreadable) throw new Error('a stored operation cannot be read')
      return stored
    },
    updateForCertain: async (known, change) => await serially(known.operation.id, async () => await update(known, change)),
    remove: async (account, id) => {
      await allOf(redis.multi().del(recordKey(account, id)).zrem(allKey(account), id).srem(pendingKey(account), id).exec())
    },
    list: async (account, after, count) => {
      const ids = await redis.zrevrangebylex(allKey(account), after === null ? '+' : `(${after}`, '-', 'LIMIT', 0, count)
      return (await findAll(account, ids)).filter(stored => stored !== null)
    },
    pending: async account => {
      const ids = await redis.smembers(pendingKey(account))
      const found = await findAll(account, ids)
      const lost = ids.filter((_, index) => found[index] === null)
      if (lost.length > 0) await redis.srem(pendingKey(account), ...lost)
      return found.filter(stored => stored !== null)
    },
    claim: async (account, name, holder) => {
      const first = await redis.set(claimKey(account, name), holder, 'PX', keptForMs, 'NX')
      return first !== null || await redis.get(claimKey(account, name)) === holder
    },
    release: async (account, name, holder) => { await deleteIfEqual(redis, claimKey(account, name), holder) },
    lease: async (account, holdMs) => await takeLease(redis, accountKey(account, 'lease'), holdMs),
    beat: async (replica, forMs) => { await redis.set(replicaKey(replica), '1', 'PX', forMs) },
    isAlive: async replica => await redis.exists(replicaKey(replica)) === 1
  }
}

interface Found {
  readonly stored: StoredOperation | null
  readonly isUnreadable: boolean
}

function createRecords (redis: Connection, sealer: Sealer) {
  const find = async (account: string, id: string): Promise<Found> => {
    const key = recordKey(account, id)
    const sealed = await redis.hget(key, 'd')
    const text = sealed === null ? null : sealer.open(sealed, key)
    const stored = text === null ? null : readStoredOperation(text)
    return { stored, isUnreadable: stored === null && sealed !== null }
  }
  const put = async (stored: StoredOperation): Promise<void> => {
    const { account, id, status } = stored.operation
    const key = recordKey(account, id)
    const transaction = redis.multi()
      .hset(key, { v: String(stored.version), d: sealer.seal(JSON.stringify(stored), key) })
      .pexpire(key, keptForMs)
      .zadd(allKey(account), 0, id)
      .zremrangebylex(allKey(account), '-', `(${idPrefixAt(stored.startedAt - keptForMs)}`)
      .pexpire(allKey(account), keptForMs)
    await allOf((isFinal(status) ? transaction.srem(pendingKey(account), id) : transaction.sadd(pendingKey(account), id)).exec())
  }
  const update = async (known: StoredOperation, change: Change): Promise<StoredOperation> => {
    const { account, id } = known.operation
    const key = recordKey(account, id)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { stored } = await find(account, id)
      const current = stored ?? known
      const changed = change(current)
      if (changed === null) return current
      const next = { ...changed, version: Math.max(changed.version, current.version) + 1 }
      if (stored === null) { await put(next); return next }
      const sealed = sealer.seal(JSON.stringify(next), key)
      const replaced = await redis.eval(replaceScript, 2, key, pendingKey(account),
        String(stored.version), String(next.version), sealed, isFinal(next.operation.status) ? '1' : '0', id)
      if (replaced === 1) return next
    }
    throw new Error('an operation has too many concurrent writers')
  }
  return { find, put, update }
}

async function takeLease (redis: Connection, key: string, holdMs: number): Promise<EndLease | null> {
  const lock = createLock(redis, key)
  if (!await lock.take(holdMs)) return null
  const extend = async (ms: number): Promise<void> => { await lock.extend(ms).catch(() => {}) }
  // Held as long as its holder lives, however long a poll takes; freed soon after a crash.
  const renewing = setInterval(() => { extend(holdMs).catch(() => {}) }, holdMs / 3).unref()
  return async restMs => {
    clearInterval(renewing)
    await extend(restMs)
  }
}

/** A transaction reports failures of single commands in its result. */
async function allOf (outcome: Promise<Array<[Error | null, unknown]> | null>): Promise<void> {
  const results = await outcome
  const fault = results === null ? new Error('the transaction was aborted') : results.find(([error]) => error !== null)?.[0]
  if (fault !== undefined && fault !== null) throw fault
}
