import type { Clock } from '../domain/clock.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import { isEnded } from './follow.ts'
import type { OperationEvents } from './operation-events.ts'

export interface Waiting {
  /** Resolves with the last known state when the operation has ended, after `waitMs`, or when `signal` is aborted. */
  wait(stored: StoredOperation, waitMs: number, signal: AbortSignal): Promise<StoredOperation>
  /** Each change after `version`, until the operation has ended. */
  changes(stored: StoredOperation, version: number, signal: AbortSignal): AsyncGenerator<StoredOperation>
}

interface WaitingParts {
  readonly operationEvents: OperationEvents
  readonly clock: Clock
  readonly nudge: (account: string) => void
}

/** How often the store is read for changes by other replicas. */
const rereadMs = 1000

/** Waits for changes by reading the store: no waiter polls the provider. */
export function createWaiting ({ operationEvents, clock: { now }, nudge }: WaitingParts): Waiting {
  const reread = async (stored: StoredOperation): Promise<StoredOperation> =>
    await operationEvents.store.get(stored.operation.account, stored.operation.id) ?? stored
  return {
    wait: async (stored, waitMs, signal) => {
      const until = now() + waitMs
      nudge(stored.operation.account)
      let current = stored
      while (!isEnded(current) && !signal.aborted && now() < until) {
        await operationEvents.nextChange(stored.operation.id, Math.min(rereadMs, until - now()), signal)
        current = await reread(stored)
      }
      return current
    },
    changes: async function * (stored, version, signal) {
      let current = stored
      let sent = version
      nudge(stored.operation.account)
      let shown = ''
      while (!signal.aborted) {
        const text = JSON.stringify(current.operation)
        if (current.version > sent && text !== shown) {
          sent = current.version
          shown = text
          yield current
        }
        if (isEnded(current)) return
        await operationEvents.nextChange(stored.operation.id, rereadMs, signal)
        current = await reread(stored)
      }
    }
  }
}
