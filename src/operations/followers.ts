import type { Clock } from '../domain/clock.ts'
import type { OperationEvents } from './operation-events.ts'
import type { PollTarget } from './poll-target.ts'
import { createPoller, type Poller } from './poller.ts'

export interface Followers {
  /** Follows exactly these accounts from now on. Resolves when polling of all other accounts has stopped. */
  follow(accounts: readonly PollTarget[]): Promise<void>
  /** An operation of this account was begun or is waited for. */
  nudge(account: string): void
  stop(): Promise<void>
}

interface FollowersParts {
  readonly operationEvents: OperationEvents
  readonly me: string
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
}

interface Following {
  readonly account: PollTarget
  readonly poller: Poller
}

const beatEveryMs = 3000
const beatLastsMs = 10_000

/** One poller for each account, and the beats by which other replicas know that this process lives. */
export function createFollowers ({ operationEvents, me, clock, onFault }: FollowersParts): Followers {
  const { store } = operationEvents
  const pollers = new Map<string, Following>()
  const beat = (): void => { store.beat(me, beatLastsMs).catch(onFault) }
  let heart: NodeJS.Timeout | null = null
  return {
    follow: async accounts => {
      if (heart === null) beat()
      if (store.isShared) heart ??= setInterval(beat, beatEveryMs).unref()
      const left = [...pollers.values()].filter(({ account }) => !accounts.includes(account))
      for (const { account } of left) pollers.delete(account.id)
      for (const account of accounts) {
        if (!pollers.has(account.id)) pollers.set(account.id, { account, poller: createPoller({ account, operationEvents, me, clock, onFault }) })
      }
      await Promise.all(left.map(async ({ poller }) => { await poller.stop() }))
    },
    nudge: account => { pollers.get(account)?.poller.nudge() },
    stop: async () => {
      if (heart !== null) clearInterval(heart)
      await Promise.all([...pollers.values()].map(async ({ poller }) => { await poller.stop() }))
    }
  }
}
