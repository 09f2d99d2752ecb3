import { isFinal } from '../domain/operation.ts'
import type { Change, OperationStore, StoredOperation } from './operation-store.ts'
import type { Generations } from './generation.ts'

/**
 * An operation that ends has changed its account, and earlier reads are outdated: the generation is bumped before the end becomes visible,
 * so that a caller that has seen the end never gets an older read.
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
