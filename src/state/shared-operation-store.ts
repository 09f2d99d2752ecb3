import { isFinal } from '../domain/operation.ts'
import { serverClaim, type OperationRecords, type OperationStore, type StoredOperation } from './operation-store.ts'

/** The records that this process keeps for itself while the shared ones are unreachable. */
export interface LocalRecords extends OperationRecords {
  has(id: string): boolean
  /** Deletes this record, unless it has changed since. */
  drop(stored: StoredOperation): void
}

/**
 * A store that outlives this process. While its records are unreachable, the process keeps its changes for itself, in records that are
 * opened when they are first needed, and writes them back later.
 */
export function createSharedOperationStore (records: OperationRecords, openLocal: () => LocalRecords): OperationStore {
  let opened: LocalRecords | null = null
  const local = (): LocalRecords => (opened ??= openLocal())
  const has = (id: string): boolean => opened?.has(id) === true
  const orLocally = async <T>(work: (place: OperationRecords) => Promise<T>): Promise<T> => {
    try { return await work(records) } catch { return await work(local()) }
  }
  const writeBack = createWriteBack(records, () => opened)
  const isCurrent = ({ operation: { account, id } }: StoredOperation): boolean => !has(id) && !writeBack.isRemoved(account, id)

  return {
    isShared: true,
    put: async stored => await records.put(stored).catch(async () => {
      await local().put(stored)
      return false
    }),
    get: async (account, id) => {
      if (has(id)) return await local().getForCertain(account, id)
      return await records.getForCertain(account, id).catch(() => null)
    },
    getForCertain: async (account, id) => await (has(id) ? local() : records).getForCertain(account, id),
    update: async (known, change) => {
      if (has(known.operation.id)) return await local().updateForCertain(known, change)
      // An unavailable store must not turn a call that the provider accepted into a failure.
      return await orLocally(async place => await place.updateForCertain(known, change))
    },
    updateForCertain: records.updateForCertain,
    remove: async (account, id) => {
      await opened?.remove(account, id)
      await records.remove(account, id).catch(() => { writeBack.remove(account, id) })
    },
    list: async (account, after, count) => {
      const shared = await records.list(account, after, count).catch(() => [])
      const kept = await opened?.list(account, after, count) ?? []
      return [...shared.filter(isCurrent), ...kept].sort((a, b) => a.operation.id < b.operation.id ? 1 : -1).slice(0, count)
    },
    pending: async account => {
      await writeBack.run(account).catch(() => {})
      const shared = await records.pending(account).catch(() => [])
      return [...shared.filter(isCurrent), ...await opened?.pending(account) ?? []]
    },
    // A claim must be unique, so it waits until the records are reachable again.
    claim: records.claim,
    release: async (account, name, holder) => { await records.release(account, name, holder).catch(() => {}) },
    lease: async (account, holdMs) => await orLocally(async place => await place.lease(account, holdMs)),
    beat: async (replica, forMs) => { await records.beat(replica, forMs).catch(() => {}) },
    // A store that cannot answer declares no process dead.
    isAlive: async replica => await records.isAlive(replica).catch(() => true)
  }
}

interface WriteBack {
  /** This operation was removed while the records were unreachable. */
  remove(account: string, id: string): void
  isRemoved(account: string, id: string): boolean
  /** Throws while the records are unreachable. */
  run(account: string): Promise<void>
}

const mostAtOnce = 1000

/** Writes back what this process kept for itself. Another replica may have advanced these records in the meantime. */
function createWriteBack (records: OperationRecords, local: () => LocalRecords | null): WriteBack {
  // A record that should be gone would be followed, and claim a server of another create.
  const removed = new Map<string, Set<string>>()
  return {
    remove: (account, id) => { removed.set(account, (removed.get(account) ?? new Set()).add(id)) },
    isRemoved: (account, id) => removed.get(account)?.has(id) === true,
    run: async account => {
      for (const id of removed.get(account) ?? []) {
        await records.remove(account, id)
        removed.get(account)?.delete(id)
      }
      const kept = local()
      for (const stored of await kept?.list(account, null, mostAtOnce) ?? []) {
        await records.updateForCertain(stored, shared => shared === stored || knowsMore(stored, shared) ? stored : null)
        const { id, server_id: serverId } = stored.operation
        if (stored.search !== null && serverId !== null) await records.claim(account, serverClaim(serverId), id)
        kept?.drop(stored)
      }
    }
  }
}

const phases = ['intended', 'sending', 'ambiguous', 'following'] as const
const rankOf = ({ phase, notMade, operation }: StoredOperation): number =>
  isFinal(operation.status) && !notMade ? phases.length : phases.indexOf(phase)

/** Compares two records of one operation that were changed independently. */
const knowsMore = (one: StoredOperation, other: StoredOperation): boolean =>
  rankOf(one) > rankOf(other) || (rankOf(one) === rankOf(other) && one.version > other.version)
