import { isFinal } from '../domain/operation.ts'
import type { Change, OperationStore, StoredOperation } from './operation-store.ts'
import type { Generations } from './generation.ts'

/**
 * What has ended has changed the account, and what was read before is old: the account's turn comes before anybody can see the end,
 * so that who has seen it is never given an older reading.
 */
export function createGenerationStore (store: OperationStore, generations: Generations): OperationStore {
  const update = async (known: StoredOperation, change: Change): Promise<StoredOperation> => {
    let ends = false
    const kept = await store.update(known, current => {
      const changed = change(current)
      ends = changed !== null && isFinal(changed.operation.status)
      return ends ? null : changed
    })
    if (!ends) return kept
    await generations.bump(known.operation.account)
    return await store.update(known, change)
  }
  return { ...store, update }
}
