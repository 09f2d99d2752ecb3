import type { Clock } from '../domain/clock.ts'
import { pollAll, type ListCost, type PollParts, type PollTarget } from './poll.ts'
import { afterCrash, isEnded } from './transitions.ts'
import type { StoredOperation } from '../state/operation-store.ts'

export interface PollersParts extends Pick<PollParts, 'operationEvents' | 'clock' | 'onFault'> {
  /** The id of this process, as recorded in its operations. */
  readonly me: string
}

const beatEveryMs = 3000
const beatLastsMs = 10_000

/** One poller for each account, and the heartbeat that shows other replicas that this process is alive. */
export function createPollers (parts: PollersParts) {
  const { operationEvents: { store }, me, onFault } = parts
  const pollers = new Map<string, { readonly account: PollTarget, readonly poller: Poller }>()
  const beat = (): void => { store.beat(me, beatLastsMs).catch(onFault) }
  let heart: NodeJS.Timeout | null = null
  return {
    /** Follows exactly these accounts from now on. Resolves when polling of all other accounts has stopped. */
    follow: async (accounts: readonly PollTarget[]): Promise<void> => {
      if (heart === null) beat()
      if (store.isShared) heart ??= setInterval(beat, beatEveryMs).unref()
      const unfollowed = [...pollers.values()].filter(({ account }) => !accounts.includes(account))
      for (const { account } of unfollowed) pollers.delete(account.id)
      for (const account of accounts) {
        if (!pollers.has(account.id)) pollers.set(account.id, { account, poller: startPoller(parts, account) })
      }
      await Promise.all(unfollowed.map(async ({ poller }) => { await poller.stop() }))
    },
    /** An operation has begun or a caller waits for one: polls when it is due (epoch milliseconds), not only after the idle pause. */
    nudge: (account: string, dueAt: number): void => { pollers.get(account)?.poller.nudge(dueAt) },
    stop: async (): Promise<void> => {
      if (heart !== null) clearInterval(heart)
      await Promise.all([...pollers.values()].map(async ({ poller }) => { await poller.stop() }))
    }
  }
}

/** How often a shared store is read for operations of other replicas. */
const idleMs = 5000
const forever = 2 ** 31 - 1
/** The pause while another replica holds the lease. */
const contendedMs = 250
/** The shortest time between two polls of one account. */
const restMs = 400
const afterFaultMs = 5000
/** How long the lease of a crashed process blocks others; a live process extends it during a poll. */
const holdMs = 15_000

type Poller = ReturnType<typeof startPoller>

/** Polls the provider on behalf of all requests that wait for operations of an account; one replica at a time, under a lease. */
function startPoller (parts: PollersParts, account: PollTarget) {
  const stopping = new AbortController()
  const pause = createPause(parts.clock, stopping.signal)
  const tick = createTick(parts, account, stopping.signal)
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let waitMs = afterFaultMs
      try {
        waitMs = await tick()
      } catch (error) {
        if (!stopping.signal.aborted) parts.onFault(error)
      }
      await pause.run(waitMs)
    }
  }
  const running = run()
  return {
    nudge: pause.nudge,
    /** Resolves when nothing is running any more. */
    stop: async (): Promise<void> => {
      stopping.abort()
      pause.end()
      await running
    }
  }
}

/** A pause that a nudge ends, unless it ends in time by itself; a nudge outside of a pause ends the next one at once. */
function createPause (clock: Clock, stopping: AbortSignal) {
  let wake = (): void => {}
  // In the time of `clock.elapsed()`, as the timer: the wall clock may be set during a pause.
  let endsAt = Infinity
  let isNudged = false
  return {
    run: async (ms: number): Promise<void> => {
      if (isNudged || stopping.aborted) { isNudged = false; return }
      await new Promise<void>(resolve => {
        const pauseMs = Math.min(ms, forever)
        endsAt = clock.elapsed() + pauseMs
        const cancel = clock.timer(() => { wake() }, pauseMs)
        wake = () => { cancel(); wake = () => {}; endsAt = Infinity; isNudged = false; resolve() }
      })
    },
    nudge: (dueAt: number): void => {
      if (endsAt <= clock.elapsed() + dueAt - clock.now()) return
      isNudged = true
      wake()
    },
    end: (): void => { wake() }
  }
}

/** Polls if an operation is due; resolves with the milliseconds until the next tick. */
function createTick (parts: PollersParts, account: PollTarget, signal: AbortSignal): () => Promise<number> {
  const { operationEvents, clock, onFault } = parts
  const { now } = clock
  const { store, observer } = operationEvents
  const cost: ListCost = { pages: 1 }
  const poll: PollParts = { account, operationEvents, clock, signal, onFault }
  return async () => {
    const known = await openOperations(parts, account.id)
    const dueIn = untilDue(known, now())
    if (dueIn === null) return store.isShared ? idleMs : forever
    if (dueIn > 0) return store.isShared ? Math.min(dueIn, idleMs) : dueIn
    const endLease = await store.lease(account.id, holdMs)
    if (endLease === null) return contendedMs
    try {
      // Another replica may have polled in the meantime.
      const open = store.isShared ? await openOperations(parts, account.id) : known
      const lateMs = -(untilDue(open, now()) ?? 1)
      if (lateMs < 0) return restMs
      observer.polled(account.id, lateMs)
      await pollAll(poll, open.filter(isSent), cost)
    } finally {
      await endLease(restMs)
    }
    return restMs
  }
}

const isSent = ({ phase }: StoredOperation): boolean => phase !== 'intended' && phase !== 'sending'

/** The operations that have not ended. A call whose process is gone is ambiguous from now on. */
async function openOperations (parts: PollersParts, account: string): Promise<StoredOperation[]> {
  const { operationEvents: { store, updateOpen }, me, clock: { now } } = parts
  const open: StoredOperation[] = []
  for (const stored of await store.pending(account)) {
    const hasCrashed = !isSent(stored) && (now() >= stored.sendingUntil || (stored.owner !== me && !await store.isAlive(stored.owner)))
    const latest = hasCrashed ? await updateOpen(stored, current => isSent(current) ? null : afterCrash(current, now())) : stored
    if (!isEnded(latest)) open.push(latest)
  }
  return open
}

const sendingCheckMs = 1000

/** Milliseconds until the next operation is due; null if none is open. */
function untilDue (open: readonly StoredOperation[], now: number): number | null {
  if (open.length === 0) return null
  const untilEndOf = ({ sendingUntil }: StoredOperation): number => Math.max(sendingCheckMs, Math.min(idleMs, sendingUntil - now))
  return Math.min(...open.map(stored => isSent(stored) ? stored.nextPollAt - now : untilEndOf(stored)))
}
