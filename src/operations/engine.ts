import { randomUUID } from 'node:crypto'
import type { Accepted } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import type { Operation, OperationStatus } from '../domain/operation.ts'
import { isEnded } from './follow.ts'
import { createJournal, toChange } from './operation-events.ts'
import { afterAccepted, doubted, intended, type Intent } from './life.ts'
import type { Watched } from './poll-target.ts'
import { createPoller, type Poller } from './poller.ts'
import { serverClaim, type OperationStore, type StoredOperation } from '../state/operation-store.ts'
import { silentObserver, type Observer } from '../telemetry/observer.ts'

export interface OperationsQuery {
  readonly statuses: ReadonlySet<OperationStatus> | null
  readonly serverId: string | null
  readonly action: string | null
  readonly limit: number
  /** The id of the last one seen. */
  readonly after: string | null
}

export interface OperationsPage {
  readonly rows: readonly Operation[]
  readonly next: string | null
}

/** The life of every operation: written down before the provider is asked, followed until it ends, whatever happens to this process. */
export interface Engine {
  /** Follows these accounts from now on, and no others. Resolves when the others are looked at no more. */
  follow(accounts: readonly Watched[]): Promise<void>
  /** `isKept` is false where the other replicas can not know of it. */
  open(intent: Intent): Promise<{ readonly stored: StoredOperation, readonly isKept: boolean }>
  /** The provider will be asked now; throws where it must not be, because others believe that this process has ended. */
  ask(stored: StoredOperation): Promise<StoredOperation>
  /** The provider did nothing: there was no operation. */
  discard(stored: StoredOperation): Promise<void>
  accept(stored: StoredOperation, accepted: Accepted): Promise<Operation>
  /** Nobody knows what the provider did; from here on what it shows tells. */
  doubt(stored: StoredOperation, error: unknown): Promise<void>
  get(account: string, id: string): Promise<StoredOperation | null>
  /** As `get`, but throws where null would not be certain. */
  getForCertain(account: string, id: string): Promise<StoredOperation | null>
  list(account: string, query: OperationsQuery): Promise<OperationsPage>
  /** Resolves when the operation has ended, or `waitMs` are over, or the signal is given; with what is known then. */
  wait(stored: StoredOperation, waitMs: number, signal: AbortSignal): Promise<StoredOperation>
  /** Each change after `version`, until the operation has ended. */
  changes(stored: StoredOperation, version: number, signal: AbortSignal): AsyncGenerator<StoredOperation>
  /** As operations name this process. */
  readonly me: string
  stop(): Promise<void>
}

export interface EngineParts {
  readonly store: OperationStore
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
  readonly observer?: Observer
}

interface Following {
  readonly account: Watched
  readonly poller: Poller
}

const beatEveryMs = 3000
const beatLastsMs = 10_000
/** Changes by other replicas are seen in the store, so often. */
const rereadMs = 1000

export function createEngine ({ store, clock, onFault, observer = silentObserver }: EngineParts): Engine {
  const { now } = clock
  const me = randomUUID()
  const journal = createJournal(store, clock, observer)
  const pollers = new Map<string, Following>()
  const beat = (): void => { store.beat(me, beatLastsMs).catch(onFault) }
  let heart: NodeJS.Timeout | null = null

  const nudge = (account: string): void => { pollers.get(account)?.poller.nudge() }
  const reread = async (stored: StoredOperation): Promise<StoredOperation> =>
    await store.get(stored.operation.account, stored.operation.id) ?? stored

  return {
    me,
    follow: async accounts => {
      if (heart === null) beat()
      if (store.isShared) heart ??= setInterval(beat, beatEveryMs).unref()
      const left = [...pollers.values()].filter(({ account }) => !accounts.includes(account))
      for (const { account } of left) pollers.delete(account.id)
      for (const account of accounts) {
        if (!pollers.has(account.id)) pollers.set(account.id, { account, poller: createPoller({ account, journal, me, clock, onFault }) })
      }
      await Promise.all(left.map(async ({ poller }) => { await poller.stop() }))
    },
    open: async intent => {
      const stored = intended(intent, me, now())
      const isKept = await store.open(stored)
      observer.operationChanged(toChange(stored, null))
      return { stored, isKept }
    },
    ask: async stored => {
      const kept = await store.updateForCertain(stored, current => isEnded(current) ? null : { ...current, phase: 'asking' })
      if (isEnded(kept)) throw new Error('the intent was given up meanwhile')
      return kept
    },
    discard: async ({ operation: { account, id } }) => { await store.remove(account, id) },
    accept: async (stored, accepted) => {
      const { account, id } = stored.operation
      // What the provider itself says wins over any guess, and counts also where the claim can not be kept just now.
      if (accepted.serverId !== undefined) await store.claim(account, serverClaim(accepted.serverId), id).catch(onFault)
      let guessed: string | null = null
      const kept = await journal.update(stored, current => {
        guessed = current.operation.server_id
        return afterAccepted(current, accepted, now())
      })
      // Taken while this process was believed dead: it may be what another order has bought.
      if (stored.search !== null && guessed !== null && guessed !== kept.operation.server_id) await store.release(account, serverClaim(guessed), id)
      nudge(account)
      return kept.operation
    },
    doubt: async (stored, error) => {
      await journal.update(stored, current => current.phase === 'asking' ? doubted(current, error, now()) : null)
      nudge(stored.operation.account)
    },
    get: async (account, id) => await store.get(account, id),
    getForCertain: async (account, id) => await store.getForCertain(account, id),
    list: async (account, query) => await listMatching(store, account, query),
    wait: async (stored, waitMs, signal) => {
      const until = now() + waitMs
      nudge(stored.operation.account)
      let current = stored
      while (!isEnded(current) && !signal.aborted && now() < until) {
        await journal.nextChange(stored.operation.id, Math.min(rereadMs, until - now()), signal)
        current = await reread(stored)
      }
      return current
    },
    changes: async function * (stored, version, signal) {
      let current = stored
      let told = version
      nudge(stored.operation.account)
      let shown = ''
      while (!signal.aborted) {
        const text = JSON.stringify(current.operation)
        if (current.version > told && text !== shown) {
          told = current.version
          shown = text
          yield current
        }
        if (isEnded(current)) return
        await journal.nextChange(stored.operation.id, rereadMs, signal)
        current = await reread(stored)
      }
    },
    stop: async () => {
      if (heart !== null) clearInterval(heart)
      await Promise.all([...pollers.values()].map(async ({ poller }) => { await poller.stop() }))
    }
  }
}

const readAtOnce = 100

async function listMatching (store: OperationStore, account: string, query: OperationsQuery): Promise<OperationsPage> {
  const rows: Operation[] = []
  let after = query.after
  for (;;) {
    const records = await store.list(account, after, readAtOnce)
    // Fewer than asked for is no end: one that can not be read is left out.
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
