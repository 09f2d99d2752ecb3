import type { Clock } from '../domain/clock.ts'
import type { OperationStatus } from '../domain/operation.ts'
import { isEnded } from './transitions.ts'
import { silentObserver, type Observer, type OperationChange } from '../telemetry/observer.ts'
import type { Change, OperationStore, StoredOperation } from '../state/operation-store.ts'

/** The operation store with notifications of every change that this process makes, so that waiting requests need not read it repeatedly. */
export interface OperationEvents {
  readonly store: OperationStore
  readonly observer: Observer
  update(known: StoredOperation, change: Change): Promise<StoredOperation>
  /** As `update`, unless the operation has ended. */
  updateOpen(known: StoredOperation, change: Change): Promise<StoredOperation>
  /** Resolves when this process has changed the operation, after `ms`, or when `signal` is aborted. */
  nextChange(id: string, ms: number, signal: AbortSignal): Promise<void>
}

export function createOperationEvents (store: OperationStore, clock: Clock, observer = silentObserver): OperationEvents {
  const listeners = new Map<string, Set<() => void>>()
  const update: OperationEvents['update'] = async (known, change) => {
    const before: { status: OperationStatus | null } = { status: null }
    const kept = await store.update(known, current => {
      const changed = change(current)
      before.status = changed === null ? null : current.operation.status
      return changed === null ? null : withTrueTimes(current, changed)
    })
    if (before.status !== null && before.status !== kept.operation.status) observer.operationChanged(toChange(kept, before.status))
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
      const waiting = listeners.get(id) ?? new Set()
      listeners.set(id, waiting)
      await new Promise<void>(resolve => {
        const wake = (): void => {
          cancel()
          signal.removeEventListener('abort', wake)
          waiting.delete(wake)
          if (waiting.size === 0) listeners.delete(id)
          resolve()
        }
        const cancel = clock.timer(wake, ms)
        signal.addEventListener('abort', wake, { once: true })
        waiting.add(wake)
      })
    }
  }
}

export function toChange ({ operation }: StoredOperation, from: OperationStatus | null): OperationChange {
  const { id, account, action, server_id: serverId, status } = operation
  return { id, account, action, serverId, from, to: status }
}

/** A poll that shows nothing new does not count as a change of the operation. */
function withTrueTimes (current: StoredOperation, changed: StoredOperation): StoredOperation {
  const { updated_at: before } = current.operation
  const same = JSON.stringify({ ...changed.operation, updated_at: before }) === JSON.stringify(current.operation)
  return same ? { ...changed, operation: current.operation } : changed
}
