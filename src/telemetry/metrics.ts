import { collectDefaultMetrics, Registry } from 'prom-client'
import type { OperationStatus } from '../domain/operation.ts'
import type { StateStatus } from '../domain/state-status.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import type { Observer } from './observer.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

/** Read when metrics are scraped. */
export interface MetricSources {
  breakers(): Iterable<{ readonly account: string, readonly state: BreakerState }>
  /** Whether keyed creates of an account are refused until a flush is acknowledged. */
  flushed(): Iterable<{ readonly account: string, readonly isFlushed: boolean }>
  /** The API keys that expire, with the seconds left. */
  keyExpiries(): Iterable<{ readonly key: string, readonly seconds: number }>
  openOperations(): Promise<Iterable<{ readonly account: string, readonly status: OperationStatus, readonly count: number }>>
  /** Null: the state is in memory. */
  readonly state: StateStatus | null
  requestsInFlight(): number
  readonly version: string
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
const openStatuses: readonly OperationStatus[] = ['pending', 'running']
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
      instruments.flushed.reset()
      for (const { account, isFlushed } of sources.flushed()) instruments.flushed.set({ account }, isFlushed ? 1 : 0)
      instruments.keyExpiry.reset()
      for (const { key, seconds } of sources.keyExpiries()) instruments.keyExpiry.set({ key }, seconds)
      await pullOperations(instruments, sources)
      return await registry.metrics()
    }
  }
}

/** A number that is not available in time is absent, not zero. */
async function pullOperations ({ openOperations: gauge }: Instruments, { openOperations, patienceMs = 1000 }: MetricSources): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => { timer = setTimeout(() => { resolve(null) }, patienceMs) })
  const rows = await Promise.race([openOperations().catch(() => null), late])
  clearTimeout(timer)
  gauge.reset()
  for (const { account, status, count } of rows ?? []) if (openStatuses.includes(status)) gauge.set({ account, state: status }, count)
}

function createObserver (on: Instruments): Observer {
  return {
    requestAnswered: ({ method, route, status, account, problem, seconds }) => {
      on.requests.inc({ method: methods.has(method) ? method : 'other', route, status, account: account ?? '' })
      on.requestSeconds.observe({ route, status_class: `${Math.floor(status / 100)}xx` }, seconds)
      if (problem !== null) on.problems.inc({ problem, account: account ?? '' })
    },
    upstreamCalled: ({ account, endpoint, outcome, attempt, durationMs, isSignIn }) => {
      on.calls.inc({ account, endpoint, outcome })
      on.callSeconds.observe({ account }, durationMs / 1000)
      if (attempt > 1) on.retries.inc({ account })
      if (outcome === 'suspended') on.wakes.inc({ account })
      if (isSignIn) on.logins.inc({ account, outcome })
    },
    cacheAsked: (account, result) => { on.cache.inc({ account, result }) },
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
