import type { Clock } from '../domain/clock.ts'
import { ended, isEnded } from './follow.ts'
import { pollAll, type ListCost } from './poll.ts'
import type { PollParts, PollTarget } from './poll-target.ts'
import type { OperationEvents } from './operation-events.ts'
import type { StoredOperation } from '../state/operation-store.ts'

export interface Poller {
  /** An operation was begun or is waited for: polls when it is due instead of at the end of the idle pause. */
  nudge(): void
  /** Resolves when nothing is running any more. */
  stop(): Promise<void>
}

export interface PollerParts {
  readonly account: PollTarget
  readonly operationEvents: OperationEvents
  /** The name of this process in operations. */
  readonly me: string
  readonly clock: Clock
  /** Reports an internal error; the poller continues. */
  readonly onFault: (error: unknown) => void
}

/** How often a shared store is read for operations of other replicas. */
const idleMs = 5000
const forever = 2 ** 31 - 1
/** The pause while another replica holds the lease. */
const contendedMs = 250
/** The least time between two polls of one account. */
const restMs = 400
const afterFaultMs = 5000
/** How long a crashed holder blocks the lease; a live one extends it for the duration of a poll. */
const holdMs = 15_000
const crashSettlesMs = 180_000

/** Polls the provider on behalf of all requests that wait on an account; one replica at a time, under a lease. */
export function createPoller (parts: PollerParts): Poller {
  const stopping = new AbortController()
  const pause = createPause(parts.clock, stopping.signal)
  const tick = createTick(parts, stopping.signal)
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
    stop: async () => {
      stopping.abort()
      pause.end()
      await running
    }
  }
}

/** A pause that a nudge ends; a nudge outside of a pause ends the next one at once. */
function createPause (clock: Clock, stopping: AbortSignal) {
  let wake = (): void => {}
  let isNudged = false
  return {
    run: async (ms: number): Promise<void> => {
      if (isNudged || stopping.aborted) { isNudged = false; return }
      await new Promise<void>(resolve => {
        const cancel = clock.timer(() => { wake() }, Math.min(ms, forever))
        wake = () => { cancel(); wake = () => {}; isNudged = false; resolve() }
      })
    },
    nudge: (): void => { isNudged = true; wake() },
    end: (): void => { wake() }
  }
}

/** Polls if an operation is due; resolves with the milliseconds until the next tick. */
function createTick (parts: PollerParts, signal: AbortSignal): () => Promise<number> {
  const { account, operationEvents, clock } = parts
  const { now } = clock
  const { store } = operationEvents
  const cost: ListCost = { pages: 1 }
  const poll: PollParts = { account, operationEvents, clock, signal, onFault: parts.onFault }
  return async () => {
    const dueIn = untilDue(await ready(parts), now())
    if (dueIn === null) return store.isShared ? idleMs : forever
    if (dueIn > 0) return store.isShared ? Math.min(dueIn, idleMs) : dueIn
    const endLease = await store.lease(account.id, holdMs)
    if (endLease === null) return contendedMs
    try {
      // The previous holder of the lease may have polled in the meantime.
      const open = await ready(parts)
      const late = -(untilDue(open, now()) ?? 1)
      if (late < 0) return restMs
      operationEvents.observer.polled(account.id, late)
      await pollAll(poll, open.filter(isAsked), cost)
    } finally {
      await endLease(restMs)
    }
    return restMs
  }
}

const isAsked = ({ phase }: StoredOperation): boolean => phase !== 'intended' && phase !== 'asking'

/** The operations that have not ended. A call whose process is gone is ambiguous from now on. */
async function ready ({ account, operationEvents, me, clock: { now } }: PollerParts): Promise<StoredOperation[]> {
  const open: StoredOperation[] = []
  for (const stored of await operationEvents.store.pending(account.id)) {
    const isLeft = !isAsked(stored) && (now() >= stored.askingUntil || (stored.owner !== me && !await operationEvents.store.isAlive(stored.owner)))
    const present = isLeft ? await operationEvents.update(stored, current => isAsked(current) || isEnded(current) ? null : left(current, now())) : stored
    if (!isEnded(present)) open.push(present)
  }
  return open
}

/** An intended call was certainly not sent. Searching for its server could claim the server of another create. */
const left = (stored: StoredOperation, now: number): StoredOperation => stored.phase === 'intended'
  ? { ...ended(stored, { status: 'failed', error: 'The gateway stopped before it sent the request: nothing was done.' }, now), notMade: true }
  : asked(stored, now)

const asked = (stored: StoredOperation, now: number): StoredOperation => ({
  ...stored,
  phase: 'ambiguous',
  ambiguousSince: now,
  settleMs: crashSettlesMs,
  actedAt: now,
  polls: 0,
  nextPollAt: now,
  operation: { ...stored.operation, status: 'running', note: 'The gateway stopped while the request was being sent; the result is judged by what the provider shows.' }
})

const askingCheckMs = 1000

/** Milliseconds until the next operation is due; null if none is open. */
function untilDue (open: readonly StoredOperation[], now: number): number | null {
  if (open.length === 0) return null
  return Math.min(...open.map(stored => isAsked(stored) ? stored.nextPollAt - now : Math.max(askingCheckMs, Math.min(idleMs, stored.askingUntil - now))))
}
