import { randomUUID } from 'node:crypto'
import { isFinal } from '../domain/operation.ts'
import type { Change, OperationStore, StoredOperation } from './operation-store.ts'

/**
 * The generation of an account: a random stamp that each write replaces. A read may be shared while the account still has the generation
 * under which the read began. Shared by all replicas if possible.
 */
export interface Generations {
  /** The generation as this process last saw it. If it is outdated, reads under it are shared with no caller. */
  known(account: string): string
  /** The current generation; null while it is unknown. */
  current(account: string): Promise<string | null>
  /** A write was answered, or an operation has ended. Resolves when every replica can see the new generation. */
  bump(account: string): Promise<void>
}

/**
 * For a process that shares its state with no other. Cached reads and flights end with the process, so their generation is not stored: the
 * next process begins with a new one, and shares no earlier read.
 */
export function createLocalGenerations (): Generations {
  const latest = new Map<string, string>()
  const known = (account: string): string => {
    const generation = latest.get(account) ?? randomUUID()
    latest.set(account, generation)
    return generation
  }
  return {
    known,
    current: async account => known(account),
    bump: async account => { latest.set(account, randomUUID()) }
  }
}

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
