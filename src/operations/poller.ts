import type { Clock } from '../domain/clock.ts'
import { ended, isEnded } from './follow.ts'
import { lookAtAll, type ListCost } from './poll.ts'
import type { LookParts, Watched } from './poll-target.ts'
import type { Journal } from './operation-events.ts'
import type { StoredOperation } from '../state/operation-store.ts'

export interface Poller {
  /** Something was begun, or somebody asks: look when it is due, not when idling ends. */
  nudge(): void
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

export interface PollerParts {
  readonly account: Watched
  readonly journal: Journal
  /** This process, as operations name their owner. */
  readonly me: string
  readonly clock: Clock
  /** A fault of ours; the poller goes on. */
  readonly onFault: (error: unknown) => void
}

/** How often a shared store is asked for what others have begun. */
const idleMs = 5000
const forever = 2 ** 31 - 1
/** Another replica looks just now. */
const contendedMs = 250
/** Looks at one account are never closer together than this. */
const restMs = 400
const afterFaultMs = 5000
/** So long after a crash nobody looks; who lives holds the turn as long as a look takes. */
const holdMs = 15_000
const crashSettlesMs = 180_000

/** One poller looks at the provider for everybody who waits on an account, one replica at a time. */
export function createPoller (parts: PollerParts): Poller {
  const { account, journal, clock } = parts
  const { now } = clock
  const { store } = journal
  const stopping = new AbortController()
  const cost: ListCost = { pages: 1 }
  const look: LookParts = { account, journal, clock, signal: stopping.signal, onFault: parts.onFault }
  let wake = (): void => {}
  let isNudged = false

  const pause = async (ms: number): Promise<void> => {
    if (isNudged || stopping.signal.aborted) { isNudged = false; return }
    await new Promise<void>(resolve => {
      const cancel = clock.timer(() => { wake() }, Math.min(ms, forever))
      wake = () => { cancel(); wake = () => {}; isNudged = false; resolve() }
    })
  }

  /** Looks if a look is due; answers how long nothing will be. */
  const tick = async (): Promise<number> => {
    const dueIn = untilDue(await ready(parts), now())
    if (dueIn === null) return store.isShared ? idleMs : forever
    if (dueIn > 0) return store.isShared ? Math.min(dueIn, idleMs) : dueIn
    const endTurn = await store.takeTurn(account.id, holdMs)
    if (endTurn === null) return contendedMs
    try {
      // Who had the turn before may have looked meanwhile.
      const open = await ready(parts)
      const late = -(untilDue(open, now()) ?? 1)
      if (late < 0) return restMs
      journal.observer.polled(account.id, late)
      await lookAtAll(look, open.filter(isAsked), cost)
    } finally {
      await endTurn(restMs)
    }
    return restMs
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let waitMs = afterFaultMs
      try {
        waitMs = await tick()
      } catch (error) {
        if (!stopping.signal.aborted) parts.onFault(error)
      }
      await pause(waitMs)
    }
  }
  const running = run()

  return {
    nudge: () => { isNudged = true; wake() },
    stop: async () => {
      stopping.abort()
      wake()
      await running
    }
  }
}

const isAsked = ({ phase }: StoredOperation): boolean => phase !== 'intended' && phase !== 'asking'

/** Those that have not ended; what a process that is gone was asking is doubtful now. */
async function ready ({ account, journal, me, clock: { now } }: PollerParts): Promise<StoredOperation[]> {
  const open: StoredOperation[] = []
  for (const stored of await journal.store.pending(account.id)) {
    const isLeft = !isAsked(stored) && (now() >= stored.askingUntil || (stored.owner !== me && !await journal.store.isAlive(stored.owner)))
    const present = isLeft ? await journal.update(stored, current => isAsked(current) || isEnded(current) ? null : left(current, now())) : stored
    if (!isEnded(present)) open.push(present)
  }
  return open
}

/** What was only intended was certainly not sent: it must not be searched for, or it would take what another order has bought. */
const left = (stored: StoredOperation, now: number): StoredOperation => stored.phase === 'intended'
  ? { ...ended(stored, { status: 'failed', error: 'The gateway ended before it asked the provider: nothing was done.' }, now), notMade: true }
  : asked(stored, now)

const asked = (stored: StoredOperation, now: number): StoredOperation => ({
  ...stored,
  phase: 'doubtful',
  doubtfulSince: now,
  settleMs: crashSettlesMs,
  actedAt: now,
  looks: 0,
  nextLookAt: now,
  operation: { ...stored.operation, status: 'running', note: 'The gateway ended while it asked the provider; what the provider shows tells how it went.' }
})

const askingCheckMs = 1000

/** Milliseconds until somebody is to be looked at; null where nothing is open. */
function untilDue (open: readonly StoredOperation[], now: number): number | null {
  if (open.length === 0) return null
  return Math.min(...open.map(stored => isAsked(stored) ? stored.nextLookAt - now : Math.max(askingCheckMs, Math.min(idleMs, stored.askingUntil - now))))
}
