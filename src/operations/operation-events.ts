import type { Clock } from '../domain/clock.ts'
import type { OperationStatus } from '../domain/operation.ts'
import { isEnded } from './transitions.ts'
import { silentObserver, type Observer, type OperationChange } from '../telemetry/observer.ts'
import type { Change, OperationStore, StoredOperation } from '../state/operation-store.ts'

/** The operation store, with a notification of each change that this process makes, so that waiting requests see it at once. */
export interface OperationEvents {
  readonly store: OperationStore
  readonly observer: Observer
  update(known: StoredOperation, change: Change): Promise<StoredOperation>
  /** As `update`, unless the operation has ended. */
  updateOpen(known: StoredOperation, change: Change): Promise<StoredOperation>
  /** Resolves when this process changes the operation, after `ms`, or when `signal` is aborted. */
  nextChange(id: string, ms: number, signal: AbortSignal): Promise<void>
}

export function createOperationEvents (store: OperationStore, clock: Clock, observer = silentObserver): OperationEvents {
  const listeners = new Map<string, Set<() => void>>()
  const update: OperationEvents['update'] = async (known, change) => {
    const previous: { status: OperationStatus | null } = { status: null }
    const kept = await store.update(known, current => {
      const changed = change(current)
      previous.status = changed === null ? null : current.operation.status
      return changed === null ? null : withTrueTimes(current, changed)
    })
    if (previous.status !== null && previous.status !== kept.operation.status) {
      observer.operationChanged(toChange(kept, previous.status))
    }
    for (const wake of [...listeners.get(known.operation.id) ?? []]) wake()
    return kept
  }
  return {
    store,
    observer,
    update,
    updateOpen: async (known, change) => await update(known, current => isEnded(current) ? null : change(current)),
    nextChange: async (id, ms, signal) => {
      if (signal.aborted) return
      const ofOperation = listeners.get(id) ?? new Set()
      listeners.set(id, ofOperation)
      await new Promise<void>(resolve => {
        const wake = (): void => {
          cancel()
          signal.removeEventListener('abort', wake)
          ofOperation.delete(wake)
          if (ofOperation.size === 0) listeners.delete(id)
          resolve()
        }
        const cancel = clock.timer(wake, ms)
        signal.addEventListener('abort', wake, { once: true })
        ofOperation.add(wake)
      })
    }
  }
}

export function toChange ({ operation }: StoredOperation, from: OperationStatus | null): OperationChange {
  const { id, account, action, server_id: serverId, status } = operation
  return { id, account, action, serverId, from, to: status }
}

/** Keeps `updated_at` if nothing else of the operation has changed: a poll that shows nothing new is no change. */
function withTrueTimes (current: StoredOperation, changed: StoredOperation): StoredOperation {
  const { updated_at: updatedAt, status } = current.operation
  if (changed.operation.status !== status) return changed
  const isSame = JSON.stringify({ ...changed.operation, updated_at: updatedAt }) === JSON.stringify(current.operation)
  return isSame ? { ...changed, operation: current.operation } : changed
}
