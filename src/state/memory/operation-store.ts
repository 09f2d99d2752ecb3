import { isFinal } from '../../domain/operation.ts'
import { keptForMs, type Change, type OperationStore, type StoredOperation } from '../operation-store.ts'

const mostKept = 20_000

/** Operations of this process alone; lost when it ends. */
export interface MemoryOperationStore extends OperationStore {
  has(id: string): boolean
  /** Deletes this record, unless it has changed since. */
  drop(stored: StoredOperation): void
}

export function createMemoryOperationStore (now: () => number = Date.now): MemoryOperationStore {
  const kept = new Map<string, StoredOperation>()
  const claims = new Map<string, { readonly holder: string, readonly until: number }>()
  const generations = new Map<string, number>()

  const isFresh = (stored: StoredOperation): boolean => stored.startedAt + keptForMs > now()
  const forgetOld = (): void => {
    for (const [id, stored] of kept) {
      if (kept.size <= mostKept && isFresh(stored)) break
      kept.delete(id)
    }
    for (const [name, { until }] of claims) if (until <= now()) claims.delete(name)
  }
  const find = (account: string, id: string): StoredOperation | null => {
    const stored = kept.get(id)
    return stored !== undefined && stored.operation.account === account && isFresh(stored) ? stored : null
  }
  const update = (known: StoredOperation, change: Change): StoredOperation => {
    const current = kept.get(known.operation.id) ?? known
    const changed = change(current)
    if (changed === null) return current
    const next = { ...changed, version: current.version + 1 }
    kept.set(known.operation.id, next)
    return next
  }
  const of = (account: string): StoredOperation[] => [...kept.values()].filter(stored => stored.operation.account === account && isFresh(stored))

  return {
    isShared: false,
    has: id => kept.has(id),
    drop: stored => { if (kept.get(stored.operation.id) === stored) kept.delete(stored.operation.id) },
    open: async stored => {
      kept.set(stored.operation.id, stored)
      forgetOld()
      return true
    },
    get: async (account, id) => find(account, id),
    getForCertain: async (account, id) => find(account, id),
    update: async (known, change) => update(known, change),
    updateForCertain: async (known, change) => update(known, change),
    remove: async (_account, id) => { kept.delete(id) },
    list: async (account, after, count) => of(account)
      .filter(({ operation: { id } }) => after === null || id < after)
      .sort((a, b) => a.operation.id < b.operation.id ? 1 : -1)
      .slice(0, count),
    pending: async account => of(account).filter(({ operation }) => !isFinal(operation.status)),
    claim: async (account, name, holder) => {
      const key = `${account} ${name}`
      const claim = claims.get(key)
      if (claim !== undefined && claim.until > now()) return claim.holder === holder
      claims.set(key, { holder, until: now() + keptForMs })
      return true
    },
    release: async (account, name, holder) => {
      if (claims.get(`${account} ${name}`)?.holder === holder) claims.delete(`${account} ${name}`)
    },
    lease: async (account, holdMs) => {
      if ((generations.get(account) ?? 0) > now()) return null
      generations.set(account, now() + holdMs)
      return async restMs => { generations.set(account, now() + restMs) }
    },
    beat: async () => {},
    isAlive: async () => true
  }
}
