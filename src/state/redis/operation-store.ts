import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { z } from 'zod'
import { isFinal, operationSchema, type Goal } from '../../domain/operation.ts'
import { serverStatuses } from '../../domain/server.ts'
import { createSpecSchema } from '../../domain/spec.ts'
import type { Sealer } from '../sealer.ts'
import type { MemoryOperationStore } from '../memory/operation-store.ts'
import { idPrefixAt, keptForMs, serverClaim, type Change, type OperationStore, type StoredOperation } from '../operation-store.ts'
import { withPresentNames } from './earlier-names.ts'

const goalMembers = {
  absent: z.boolean().optional(),
  statuses: z.array(z.enum(serverStatuses)).optional(),
  transition: z.boolean().optional(),
  via: z.enum(serverStatuses).optional(),
  name: z.string().optional(),
  protected: z.boolean().optional(),
  plan: z.string().optional(),
  cpus: z.number().optional(),
  memory_mib: z.number().optional(),
  disk_gib: z.number().optional(),
  has: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  failed: z.array(z.string()).optional(),
  missingSnapshot: z.string().optional(),
  unprovable: z.boolean().optional(),
  shown: z.boolean().optional()
} satisfies Readonly<Record<keyof Goal, z.ZodType>>
const goalSchema: z.ZodType<Goal> = z.object(goalMembers)

const storedSchema: z.ZodType<StoredOperation> = z.object({
  operation: operationSchema,
  version: z.number(),
  phase: z.enum(['intended', 'asking', 'following', 'ambiguous']),
  owner: z.string(),
  askingUntil: z.number(),
  ambiguousSince: z.number().nullable(),
  settleMs: z.number().nullable(),
  notMade: z.boolean(),
  jobs: z.array(z.object({ id: z.string(), name: z.string() })),
  goal: goalSchema.nullable(),
  next: z.object({ name: z.string(), input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) }).nullable(),
  stepsSent: z.number(),
  search: z.object({ spec: createSpecSchema, baseline: z.array(z.string()) }).nullable(),
  startedAt: z.number(),
  actedAt: z.number(),
  deadlineAt: z.number(),
  polls: z.number(),
  nextPollAt: z.number(),
  transitionSeen: z.boolean()
})

// Keys of one account share a slot of a cluster.
const keyOf = (account: string, rest: string): string => `hawser:{${account}}:${rest}`

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

/**
 * Operations that every replica sees and that outlive a restart, sealed. While Redis is unavailable, `local` keeps the changes of this
 * process and returns them to Redis later.
 */
export function createRedisOperationStore (redis: Redis | Cluster, sealer: Sealer, local: MemoryOperationStore): OperationStore {
  const recordKey = (account: string, id: string): string => keyOf(account, `operation:${id}`)

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
  const unseal = (account: string, id: string, sealed: string | null): StoredOperation | null => {
    const text = sealed === null ? null : sealer.open(sealed, recordKey(account, id))
    return text === null ? null : readStored(text)
  }
  const read = async (account: string, id: string): Promise<StoredOperation | null> => unseal(account, id, await redis.hget(recordKey(account, id), 'd'))
  const swap = async (known: StoredOperation, change: Change): Promise<StoredOperation> => {
    const { account, id } = known.operation
    const key = recordKey(account, id)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const kept = await read(account, id)
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
  const lines = new Map<string, Promise<unknown>>()
  /** Changes of one operation run one after the other: of concurrent ones all but one would have to be repeated. */
  const inLine = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const mine = (lines.get(id) ?? Promise.resolve()).then(work, work)
    lines.set(id, mine)
    try {
      return await mine
    } finally {
      if (lines.get(id) === mine) lines.delete(id)
    }
  }
  const swapInLine = async (known: StoredOperation, change: Change): Promise<StoredOperation> =>
    await inLine(known.operation.id, async () => await swap(known, change))
  const erase = async (account: string, id: string): Promise<void> =>
    await allOf(redis.multi().del(recordKey(account, id)).zrem(keyOf(account, 'operations'), id).srem(keyOf(account, 'pending'), id).exec())
  const claimFor = async (account: string, name: string, holder: string): Promise<boolean> => {
    const key = keyOf(account, `claim:${name}`)
    const first = await redis.set(key, holder, 'PX', keptForMs, 'NX')
    return first !== null || await redis.get(key) === holder
  }
  /**
   * Ids by account that were discarded while Redis was unavailable: a record left there would be followed, and claim a server of another
   * create.
   */
  const removed = new Map<string, Set<string>>()
  /** The records that this process kept while Redis was unavailable. Another replica may have advanced them in the meantime. */
  const giveBack = async (account: string): Promise<void> => {
    for (const id of removed.get(account) ?? []) {
      await erase(account, id)
      removed.get(account)?.delete(id)
    }
    for (const stored of await local.list(account, null, 1000)) {
      await swapInLine(stored, there => there === stored || knowsMore(stored, there) ? stored : null)
      const { id, server_id: serverId } = stored.operation
      if (stored.search !== null && serverId !== null) await claimFor(account, serverClaim(serverId), id)
      local.drop(stored)
    }
  }

  return {
    isShared: true,
    open: async stored => await orElse(async () => {
      await put(stored)
      return true
    }, async () => {
      await local.open(stored)
      return false
    }),
    get: async (account, id) => {
      if (local.has(id)) return await local.get(account, id)
      return await orElse(async () => await read(account, id), async () => null)
    },
    getForCertain: async (account, id) => {
      if (local.has(id)) return await local.get(account, id)
      const sealed = await redis.hget(recordKey(account, id), 'd')
      const stored = unseal(account, id, sealed)
      if (stored === null && sealed !== null) throw new Error('a stored operation cannot be read')
      return stored
    },
    update: async (known, change) => {
      if (local.has(known.operation.id)) return await local.update(known, change)
      // An unavailable store must not turn a call that the provider accepted into a failure.
      return await orElse(async () => await swapInLine(known, change), async () => await local.update(known, change))
    },
    updateForCertain: swapInLine,
    remove: async (account, id) => {
      await local.remove(account, id)
      await orElse(async () => { await erase(account, id) }, async () => { removed.set(account, (removed.get(account) ?? new Set()).add(id)) })
    },
    list: async (account, after, count) => await orElse(async () => {
      const ids = await redis.zrevrangebylex(keyOf(account, 'operations'), after === null ? '+' : `(${after}`, '-', 'LIMIT', 0, count)
      const records = await Promise.all(ids.map(async id => await read(account, id)))
      return records.filter(record => record !== null)
    }, async () => await local.list(account, after, count)),
    pending: async account => await orElse(async () => {
      await giveBack(account)
      const ids = await redis.smembers(keyOf(account, 'pending'))
      const records = await Promise.all(ids.map(async id => ({ id, record: await read(account, id) })))
      const lost = records.filter(({ record }) => record === null).map(({ id }) => id)
      if (lost.length > 0) await redis.srem(keyOf(account, 'pending'), ...lost)
      return records.map(({ record }) => record).filter(record => record !== null)
    }, async () => await local.pending(account)),
    // A claim must be unique, so it waits until Redis is available again.
    claim: claimFor,
    release: async (account, name, holder) => { await orElse(async () => { await redis.eval(releaseScript, 1, keyOf(account, `claim:${name}`), holder) }, async () => {}) },
    lease: async (account, holdMs) => await orElse(async () => {
      const key = keyOf(account, 'turn')
      const lease = randomUUID()
      if (await redis.set(key, lease, 'PX', holdMs, 'NX') === null) return null
      const hold = async (ms: number): Promise<void> => { await orElse(async () => { await redis.eval(leaseScript, 1, key, lease, String(Math.max(1, Math.round(ms)))) }, async () => {}) }
      // Held as long as its holder lives, however long a poll takes; freed soon after a crash.
      const renewing = setInterval(() => { hold(holdMs).catch(() => {}) }, holdMs / 3).unref()
      return async restMs => {
        clearInterval(renewing)
        await hold(restMs)
      }
    }, async () => await local.lease(account, holdMs)),
    beat: async (replica, forMs) => { await orElse(async () => { await redis.set(`hawser:replica:${replica}`, '1', 'PX', forMs) }, async () => {}) },
    isAlive: async replica => await orElse(async () => await redis.exists(`hawser:replica:${replica}`) === 1, async () => true)
  }
}

const phases = ['intended', 'asking', 'ambiguous', 'following'] as const
const rankOf = ({ phase, notMade, operation }: StoredOperation): number => isFinal(operation.status) && !notMade ? phases.length : phases.indexOf(phase)

/** Merges two records of one operation that were changed independently. */
const knowsMore = (one: StoredOperation, other: StoredOperation): boolean =>
  rankOf(one) > rankOf(other) || (rankOf(one) === rankOf(other) && one.version > other.version)

/** `otherwise` while Redis is unavailable. */
async function orElse<T> (work: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch {
    return await otherwise()
  }
}

/** A transaction reports failures of single commands in its result. */
async function allOf (outcome: Promise<Array<[Error | null, unknown]> | null>): Promise<void> {
  const results = await outcome
  const fault = results === null ? new Error('the transaction was aborted') : results.find(([error]) => error !== null)?.[0]
  if (fault !== undefined && fault !== null) throw fault
}

function readStored (text: string): StoredOperation | null {
  const parsed = storedSchema.safeParse(withPresentNames(JSON.parse(text)))
  return parsed.success ? parsed.data : null
}
