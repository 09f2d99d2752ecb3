import { keptForMs, type OperationStore, type StoredOperation } from './store.js'

const mostKept = 20_000

/** Operations of this process alone; they end with it. */
export function createMemoryOperationStore (now: () => number = Date.now): OperationStore {
  const kept = new Map<string, StoredOperation>()
  const forgetOld = (): void => {
    for (const [id, { startedAt }] of kept) {
      if (kept.size <= mostKept && startedAt + keptForMs > now()) return
      kept.delete(id)
    }
  }
  return {
    put: async stored => {
      kept.set(stored.operation.id, stored)
      forgetOld()
    },
    get: async (account, id) => {
      const stored = kept.get(id)
      return stored !== undefined && stored.operation.account === account && stored.startedAt + keptForMs > now() ? stored : null
    }
  }
}
