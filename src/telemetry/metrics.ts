import { collectDefaultMetrics, Registry } from 'prom-client'
import type { OperationStatus } from '../domain/operation.ts'
import type { StateStatus } from '../domain/state-status.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import type { Observer } from './observer.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

/** Read when metrics are scraped. */
export interface MetricSources {
  readonly version: string
  readonly accounts: () => readonly string[]
  readonly breakers: () => Iterable<{ readonly account: string, readonly state: BreakerState }>
  /** Accounts whose idempotency keys were lost: keyed creates are refused until that is acknowledged. */
  readonly flushed: () => readonly string[]
  /** The API keys that expire, with the seconds left. */
  readonly keyExpiries: () => Iterable<{ readonly key: string, readonly seconds: number }>
  /** The operations of an account that have not ended. */
  readonly pending: (account: string) => Promise<ReadonlyArray<{ readonly operation: { readonly status: OperationStatus } }>>
  /** Null: the state is in memory. */
  readonly state: StateStatus | null
  readonly requestsInFlight: () => number
  /** Milliseconds after which a store that does not answer is left out. */
  readonly patienceMs?: number
}

export interface Metrics {
  readonly observer: Observer
  /** The text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

const breakerStates: readonly BreakerState[] = ['closed', 'open', 'half-open']
const openStatuses = ['pending', 'running'] as const
const finalStatuses: ReadonlySet<OperationStatus> = new Set<OperationStatus>(['succeeded', 'failed', 'unknown'])
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])

/** The metrics of one gateway, on a registry of its own: two gateways in one process do not mix. */
export function createMetrics (sources: MetricSources): Metrics {
  const registry = new Registry()
  const instruments = createInstruments(registry)
  const { state } = sources
  const stateUp = state === null ? null : instruments.stateUp[state.kind]()
  collectDefaultMetrics({ register: registry, prefix: 'hawser_' })
  instruments.build.set({ version: sources.version }, 1)
  instruments.reloadedAt.set(Date.now() / 1000)
  return {
    observer: createObserver(instruments),
    contentType: registry.contentType,
    text: async () => {
      instruments.inFlight.set(sources.requestsInFlight())
      stateUp?.set(state?.isAvailable() === true ? 1 : 0)
      instruments.breaker.reset()
      for (const { account, state } of sources.breakers()) {
        for (const each of breakerStates) instruments.breaker.set({ account, state: each }, each === state ? 1 : 0)
      }
      const flushed = sources.flushed()
      instruments.flushed.reset()
      for (const account of sources.accounts()) instruments.flushed.set({ account }, flushed.includes(account) ? 1 : 0)
      instruments.keyExpiry.reset()
      for (const { key, seconds } of sources.keyExpiries()) instruments.keyExpiry.set({ key }, seconds)
      await countOperations(instruments, sources)
      return await registry.metrics()
    }
  }
}

/** A number that is not available in time is absent, not zero. An account without open operations still has the series. */
async function countOperations ({ openOperations: gauge }: Instruments, sources: MetricSources): Promise<void> {
  const { accounts, pending, patienceMs = 1000 } = sources
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => { timer = setTimeout(() => { resolve(null) }, patienceMs) })
  const all = Promise.all(accounts().map(async account => ({ account, open: await pending(account) })))
  const rows = await Promise.race([all.catch(() => null), late])
  clearTimeout(timer)
  gauge.reset()
  for (const { account, open } of rows ?? []) {
    for (const state of openStatuses) gauge.set({ account, state }, open.filter(({ operation }) => operation.status === state).length)
  }
}

function createObserver (on: Instruments): Observer {
  return {
    requestAnswered: ({ method, route, status, account, problem, seconds }) => {
      on.requests.add(methods.has(method) ? method : 'other', route, status, account ?? '')
      on.requestSeconds.observe({ route, status_class: `${Math.floor(status / 100)}xx` }, seconds)
      if (problem !== null) on.problems.inc({ problem, account: account ?? '' })
    },
    upstreamCalled: ({ account, endpoint, outcome, attempt, durationMs, isSignIn }) => {
      on.calls.add(account, endpoint, outcome)
      on.callSeconds.observe({ account }, durationMs / 1000)
      if (attempt > 1) on.retries.inc({ account })
      if (outcome === 'suspended') on.wakes.inc({ account })
      if (isSignIn) on.logins.inc({ account, outcome })
    },
    cacheAsked: (account, result) => { on.cache.add(account, result) },
    operationChanged: ({ account, action, from, to }) => {
      if (from === null) on.begunOperations.inc({ account, action })
      if (finalStatuses.has(to)) on.endedOperations.inc({ account, action, state: to })
    },
    polled: (account, lagMs) => { on.pollLag.observe({ account }, lagMs / 1000) },
    retryRefused: account => { on.retriesRefused.inc({ account }) },
    waited: (account, seconds) => { on.waits.observe({ account }, seconds) },
    shed: reason => { on.shed.inc({ reason }) },
    reloaded: outcome => {
      on.reloads.inc({ outcome })
      if (outcome === 'applied') on.reloadedAt.set(Date.now() / 1000)
    },
    auditFailed: () => { on.auditFailures.inc() }
  }
}
