import { randomUUID } from 'node:crypto'
import type { Accepted } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import type { Operation, OperationStatus } from '../domain/operation.ts'
import { isEnded } from './follow.ts'
import { createFollowers } from './followers.ts'
import { createOperationEvents, toChange, type OperationEvents } from './operation-events.ts'
import { afterAccepted, afterAmbiguous, intended, type Intent } from './life.ts'
import type { PollTarget } from './poll-target.ts'
import { createWaiting, type Waiting } from './waiting.ts'
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

/** Runs every operation: recorded before the provider is called, followed until it ends, even if this process does not live that long. */
export interface Engine extends Waiting {
  /** Follows exactly these accounts from now on. Resolves when polling of all other accounts has stopped. */
  follow(accounts: readonly PollTarget[]): Promise<void>
  /** `isKept` is false if the other replicas cannot see it. */
  open(intent: Intent): Promise<{ readonly stored: StoredOperation, readonly isKept: boolean }>
  /** The call to the provider is about to be sent. Throws if it must not be, because other replicas consider this process dead. */
  ask(stored: StoredOperation): Promise<StoredOperation>
  /** The provider did nothing: the operation is discarded. */
  discard(stored: StoredOperation): Promise<void>
  accept(stored: StoredOperation, accepted: Accepted): Promise<Operation>
  /** The outcome of the call is not known; it is judged by what the provider shows from here on. */
  markAmbiguous(stored: StoredOperation, error: unknown): Promise<void>
  get(account: string, id: string): Promise<StoredOperation | null>
  /** As `get`, but throws if the store cannot answer: null means that there is no such operation. */
  getForCertain(account: string, id: string): Promise<StoredOperation | null>
  list(account: string, query: OperationsQuery): Promise<OperationsPage>
  /** The name of this process in operations. */
  readonly me: string
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
  const followers = createFollowers({ operationEvents, me, clock, onFault })
  const { nudge } = followers
  return {
    me,
    follow: followers.follow,
    ...createRecording({ operationEvents, me, clock, onFault, nudge }),
    get: async (account, id) => await store.get(account, id),
    getForCertain: async (account, id) => await store.getForCertain(account, id),
    list: async (account, query) => await listMatching(store, account, query),
    ...createWaiting({ operationEvents, clock, nudge }),
    stop: followers.stop
  }
}

interface RecordingParts extends Pick<EngineParts, 'clock' | 'onFault'> {
  readonly operationEvents: OperationEvents
  readonly me: string
  readonly nudge: (account: string) => void
}

/** What a request records of its call, from the intent to the outcome. */
function createRecording ({ operationEvents, me, clock: { now }, onFault, nudge }: RecordingParts): Pick<Engine, 'open' | 'ask' | 'discard' | 'accept' | 'markAmbiguous'> {
  const { store, observer } = operationEvents
  return {
    open: async intent => {
      const stored = intended(intent, me, now())
      const isKept = await store.put(stored)
      observer.operationChanged(toChange(stored, null))
      return { stored, isKept }
    },
    ask: async stored => {
      const kept = await store.updateForCertain(stored, current => isEnded(current) ? null : { ...current, phase: 'asking' })
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
      if (stored.search !== null && guessed !== null && guessed !== kept.operation.server_id) await store.release(account, serverClaim(guessed), id)
      nudge(account)
      return kept.operation
    },
    markAmbiguous: async (stored, error) => {
      await operationEvents.update(stored, current => current.phase === 'asking' ? afterAmbiguous(current, error, now()) : null)
      nudge(stored.operation.account)
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
      if (!isWanted(operation, query)) continue
      if (rows.length === query.limit) return { rows, next: rows.at(-1)?.id ?? null }
      rows.push(operation)
    }
    after = records.at(-1)?.operation.id ?? null
  }
}

const isWanted = (operation: Operation, { statuses, serverId, action }: OperationsQuery): boolean =>
  (statuses === null || statuses.has(operation.status)) &&
  (serverId === null || operation.server_id === serverId) &&
  (action === null || operation.action === action)
