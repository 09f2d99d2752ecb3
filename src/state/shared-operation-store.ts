import { isFinal } from '../domain/operation.ts'
import { serverClaim, type OperationRecords, type OperationStore, type StoredOperation } from './operation-store.ts'

/** The records that this process keeps for itself while the shared ones are unreachable. */
export interface LocalRecords extends OperationRecords {
  has(id: string): boolean
  /** Deletes this record, unless it has changed since. */
  drop(stored: StoredOperation): void
}

interface SharedParts {
  readonly records: OperationRecords
  /** Opened when it is first needed. */
  readonly openLocal: () => LocalRecords
}

/**
 * A store that outlives this process. While its records are unreachable, the process keeps its changes for itself, and returns them later.
 */
export function createSharedOperationStore ({ records, openLocal }: SharedParts): OperationStore {
  let opened: LocalRecords | null = null
  const local = (): LocalRecords => (opened ??= openLocal())
  const has = (id: string): boolean => opened?.has(id) === true
  const giveBack = createGiveBack(records, () => opened)
  const isCurrent = ({ operation: { account, id } }: StoredOperation): boolean => !has(id) && !giveBack.isDiscarded(account, id)

  return {
    isShared: true,
    open: async stored => await orElse(async () => {
      await records.put(stored)
      return true
    }, async () => {
      await local().put(stored)
      return false
    }),
    get: async (account, id) => {
      if (has(id)) return await local().read(account, id)
      return await orElse(async () => await records.read(account, id), async () => null)
    },
    getForCertain: async (account, id) => has(id) ? await local().read(account, id) : await records.read(account, id),
    update: async (known, change) => {
      if (has(known.operation.id)) return await local().change(known, change)
      // An unavailable store must not turn a call that the provider accepted into a failure.
      return await orElse(async () => await records.change(known, change), async () => await local().change(known, change))
    },
    updateForCertain: records.change,
    remove: async (account, id) => {
      await opened?.erase(account, id)
      await orElse(async () => { await records.erase(account, id) }, async () => { giveBack.discard(account, id) })
    },
    list: async (account, after, count) => {
      const shared = await orElse(async () => await records.list(account, after, count), async () => [])
      const own = await opened?.list(account, after, count) ?? []
      return [...shared.filter(isCurrent), ...own].sort((a, b) => a.operation.id < b.operation.id ? 1 : -1).slice(0, count)
    },
    pending: async account => {
      await giveBack.run(account).catch(() => {})
      const shared = await orElse(async () => await records.pending(account), async () => [])
      return [...shared.filter(isCurrent), ...await opened?.pending(account) ?? []]
    },
    // A claim must be unique, so it waits until the records are reachable again.
    claim: records.claim,
    release: async (account, name, holder) => { await orElse(async () => { await records.release(account, name, holder) }, async () => {}) },
    lease: async (account, holdMs) => await orElse(async () => await records.lease(account, holdMs), async () => await local().lease(account, holdMs)),
    beat: async (replica, forMs) => { await orElse(async () => { await records.beat(replica, forMs) }, async () => {}) },
    // A store that cannot answer declares no process dead.
    isAlive: async replica => await orElse(async () => await records.isAlive(replica), async () => true)
  }
}

interface GiveBack {
  /** This operation was discarded while the records were unreachable. */
  discard(account: string, id: string): void
  isDiscarded(account: string, id: string): boolean
  /** Throws while the records are unreachable. */
  run(account: string): Promise<void>
}

const mostAtOnce = 1000

/** Returns what this process kept for itself. Another replica may have advanced these records in the meantime. */
function createGiveBack (records: OperationRecords, local: () => LocalRecords | null): GiveBack {
  // A discarded record that is left would be followed, and claim a server of another create.
  const discarded = new Map<string, Set<string>>()
  return {
    discard: (account, id) => { discarded.set(account, (discarded.get(account) ?? new Set()).add(id)) },
    isDiscarded: (account, id) => discarded.get(account)?.has(id) === true,
    run: async account => {
      for (const id of discarded.get(account) ?? []) {
        await records.erase(account, id)
        discarded.get(account)?.delete(id)
      }
      const kept = local()
      for (const stored of await kept?.list(account, null, mostAtOnce) ?? []) {
        await records.change(stored, there => there === stored || knowsMore(stored, there) ? stored : null)
        const { id, server_id: serverId } = stored.operation
        if (stored.search !== null && serverId !== null) await records.claim(account, serverClaim(serverId), id)
        kept?.drop(stored)
      }
    }
  }
}

const phases = ['intended', 'asking', 'ambiguous', 'following'] as const
const rankOf = ({ phase, notMade, operation }: StoredOperation): number => isFinal(operation.status) && !notMade ? phases.length : phases.indexOf(phase)

/** Merges two records of one operation that were changed independently. */
const knowsMore = (one: StoredOperation, other: StoredOperation): boolean =>
  rankOf(one) > rankOf(other) || (rankOf(one) === rankOf(other) && one.version > other.version)

/** `otherwise` while the records are unreachable. */
async function orElse<T> (work: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch {
    return await otherwise()
  }
}
