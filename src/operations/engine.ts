import { randomUUID } from 'node:crypto'
import type { Accepted } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import type { Operation, OperationStatus } from '../domain/operation.ts'
import { createOperationEvents, toChange } from './operation-events.ts'
import type { PollTarget } from './poll.ts'
import { createPollers, type PollersParts } from './poller.ts'
import { afterAccepted, afterAmbiguous, isEnded, newOperation, type Intent } from './transitions.ts'
import { serverClaim, type OperationStore, type StoredOperation } from '../state/operation-store.ts'
import { silentObserver, type Observer } from '../telemetry/observer.ts'

export interface OperationsQuery {
  readonly statuses: ReadonlySet<OperationStatus> | null
  readonly serverId: string | null
  readonly action: string | null
  readonly limit: number
  readonly after: string | null
}

export interface OperationsPage {
  readonly rows: readonly Operation[]
  readonly next: string | null
}

/** Records every operation before the provider is called, and follows it until it ends, even if another process has to do that. */
export interface Engine extends Pick<OperationStore, 'get' | 'getForCertain'> {
  /** The id of this process, as recorded in its operations. */
  readonly me: string
  /** Follows exactly these accounts from now on. Resolves when polling of all other accounts has stopped. */
  follow(accounts: readonly PollTarget[]): Promise<void>
  /** `isKept` is false if the other replicas cannot see it. */
  open(intent: Intent): Promise<{ readonly stored: StoredOperation, readonly isKept: boolean }>
  /** Marks that the call is about to be sent. Throws if it must not be, because other replicas consider this process dead. */
  markSending(stored: StoredOperation): Promise<StoredOperation>
  /** Discards an operation of which the provider did nothing. */
  discard(stored: StoredOperation): Promise<void>
  accept(stored: StoredOperation, accepted: Accepted): Promise<Operation>
  /** Marks the outcome of the call as unknown; from then on it is judged by what the provider shows. */
  markAmbiguous(stored: StoredOperation, error: unknown): Promise<void>
  list(account: string, query: OperationsQuery): Promise<OperationsPage>
  /** Resolves with the last known state when the operation has ended, after `waitMs`, or when `signal` is aborted. */
  wait(stored: StoredOperation, waitMs: number, signal: AbortSignal): Promise<StoredOperation>
  /** Each change after `version`, until the operation has ended. */
  changes(stored: StoredOperation, version: number, signal: AbortSignal): AsyncGenerator<StoredOperation>
  stop(): Promise<void>
}

export interface EngineParts {
  readonly store: OperationStore
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
  readonly observer?: Observer
}

export function createEngine ({ store, clock, onFault, observer = silentObserver }: EngineParts): Engine {
  const me = randomUUID()
  const operationEvents = createOperationEvents(store, clock, observer)
  const { follow, nudge, stop } = createPollers({ operationEvents, me, clock, onFault })
  const parts: Parts = { operationEvents, me, clock, onFault, nudge }
  return {
    me,
    follow,
    ...createRecording(parts),
    get: store.get,
    getForCertain: store.getForCertain,
    list: async (account, query) => await listMatching(store, account, query),
    ...createWaiting(parts),
    stop
  }
}

interface Parts extends PollersParts {
  readonly nudge: (account: string, dueAt: number) => void
}

/** The records that a request makes of its call, from the intent to the outcome. */
function createRecording (parts: Parts): Pick<Engine, 'open' | 'markSending' | 'discard' | 'accept' | 'markAmbiguous'> {
  const { operationEvents, me, clock: { now }, onFault, nudge } = parts
  const { store, observer } = operationEvents
  return {
    open: async intent => {
      const stored = newOperation(intent, me, now())
      const isKept = await store.put(stored)
      observer.operationChanged(toChange(stored, null))
      return { stored, isKept }
    },
    markSending: async stored => {
      const kept = await store.updateForCertain(stored, current => isEnded(current) ? null : { ...current, phase: 'sending' })
      if (isEnded(kept)) throw new Error('the intent has been discarded in the meantime')
      return kept
    },
    discard: async ({ operation: { account, id } }) => { await store.remove(account, id) },
    accept: async (stored, accepted) => {
      const { account, id } = stored.operation
      // The provider's own id wins over any guess, even if the claim cannot be stored.
      if (accepted.serverId !== undefined) await store.claim(account, serverClaim(accepted.serverId), id).catch(onFault)
      let guessed: string | null = null
      const kept = await operationEvents.update(stored, current => {
        guessed = current.operation.server_id
        return afterAccepted(current, accepted, now())
      })
      // Claimed while this process was considered dead: the server may belong to another create.
      if (stored.search !== null && guessed !== null && guessed !== kept.operation.server_id) {
        await store.release(account, serverClaim(guessed), id)
      }
      nudge(account, kept.nextPollAt)
      return kept.operation
    },
    markAmbiguous: async (stored, error) => {
      const { nextPollAt } = await operationEvents.update(
        stored, current => current.phase === 'sending' ? afterAmbiguous(current, error, now()) : null
      )
      nudge(stored.operation.account, nextPollAt)
    }
  }
}

const readAtOnce = 100

async function listMatching (store: OperationStore, account: string, query: OperationsQuery): Promise<OperationsPage> {
  const rows: Operation[] = []
  let after = query.after
  for (;;) {
    const records = await store.list(account, after, readAtOnce)
    // Fewer rows than requested do not mean the end: unreadable records are left out.
    if (records.length === 0) return { rows, next: null }
    for (const { operation } of records) {
      if (!matches(operation, query)) continue
      if (rows.length === query.limit) return { rows, next: rows.at(-1)?.id ?? null }
      rows.push(operation)
    }
    after = records.at(-1)?.operation.id ?? null
  }
}

const matches = (operation: Operation, { statuses, serverId, action }: OperationsQuery): boolean =>
  (statuses === null || statuses.has(operation.status)) &&
  (serverId === null || operation.server_id === serverId) &&
  (action === null || operation.action === action)

/** How often the store is read for changes by other replicas. */
const rereadMs = 1000

/** Waits for changes in the store; only the poller calls the provider. */
function createWaiting ({ operationEvents: { store, nextChange }, clock: { now }, nudge }: Parts): Pick<Engine, 'wait' | 'changes'> {
  const reread = async (stored: StoredOperation): Promise<StoredOperation> =>
    await store.get(stored.operation.account, stored.operation.id) ?? stored
  return {
    wait: async (stored, waitMs, signal) => {
      const until = now() + waitMs
      nudge(stored.operation.account, stored.nextPollAt)
      let current = stored
      while (!isEnded(current) && !signal.aborted && now() < until) {
        await nextChange(stored.operation.id, Math.min(rereadMs, until - now()), signal)
        current = await reread(stored)
      }
      return current
    },
    changes: async function * (stored, version, signal) {
      let current = stored
      let sentVersion = version
      let sentText = ''
      nudge(stored.operation.account, stored.nextPollAt)
      while (!signal.aborted) {
        const text = JSON.stringify(current.operation)
        if (current.version > sentVersion && text !== sentText) {
          sentVersion = current.version
          sentText = text
          yield current
        }
        if (isEnded(current)) return
        await nextChange(stored.operation.id, rereadMs, signal)
        current = await reread(stored)
      }
    }
  }
}
