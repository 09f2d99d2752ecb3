import type { Clock } from '../domain/clock.ts'
import type { StateLogger } from './availability.ts'
import type { IdempotencyStore } from './idempotency-store.ts'

export interface FlushWatchParts {
  readonly idempotency: IdempotencyStore
  readonly accounts: () => Iterable<string>
  readonly clock: Pick<Clock, 'timer'>
  readonly logger?: Pick<StateLogger, 'error' | 'info'> | undefined
}

export interface FlushWatch {
  /** The same store; a flush that a request meets is reported at once. */
  readonly idempotency: IdempotencyStore
  /** Accounts whose keyed creates are refused until an operator acknowledges a flush, as last seen. */
  flushed(): readonly string[]
  /** Checks every account. While the store is unreachable, the last state is kept. */
  check(): Promise<void>
  /** Checks now and every two seconds from now on. */
  start(): void
  stop(): void
}

const checkEveryMs = 2000

/** Detects a flush of the idempotency keys, even without keyed requests, and logs its beginning and its end once. */
export function createFlushWatch ({ idempotency, accounts, clock, logger }: FlushWatchParts): FlushWatch {
  const flushed = new Set<string>()
  let cancel = (): void => {}
  let isStopped = false

  const begins = (found: readonly string[]): void => {
    const fresh = found.filter(account => !flushed.has(account))
    if (fresh.length === 0) return
    for (const account of fresh) flushed.add(account)
    const acknowledge = fresh.map(idempotency.acknowledgement)
    logger?.error({ accounts: fresh, acknowledge },
      `${idempotency.keeper} has lost idempotency keys; creates with a key are refused until an operator acknowledges it`)
  }
  const ends = (found: readonly string[]): void => {
    const gone = found.filter(account => flushed.delete(account))
    if (gone.length === 0) return
    logger?.info({ accounts: gone }, 'the loss of idempotency keys is acknowledged; creates with a key are accepted again')
  }
  const check = async (): Promise<void> => {
    const ids = [...accounts()]
    for (const account of flushed) if (!ids.includes(account)) flushed.delete(account)
    const states = await Promise.all(ids.map(async account => ({ account, state: await idempotency.isFlushed(account).catch(() => null) })))
    begins(states.filter(({ state }) => state === true).map(({ account }) => account))
    ends(states.filter(({ state }) => state === false).map(({ account }) => account))
  }
  const run = (): void => {
    check().finally(() => { if (!isStopped) cancel = clock.timer(run, checkEveryMs) }).catch(() => {})
  }

  return {
    idempotency: {
      ...idempotency,
      reserve: async (account, reservation) => {
        const reserved = await idempotency.reserve(account, reservation)
        if (reserved.kind === 'flushed') begins([account])
        return reserved
      }
    },
    flushed: () => [...flushed].sort(),
    check,
    start: run,
    stop: () => { isStopped = true; cancel() }
  }
}
