import type { OperationStatus } from '../domain/operation.ts'
import type { StateStatus } from '../domain/state-status.ts'
import { createAudit, silentAudit, type Audit, type AuditSink } from './audit.ts'
import { createMetrics, type BreakerState, type Metrics } from './metrics.ts'
import type { Observer } from './observer.ts'

export interface TelemetryParts {
  /** Null: no lines are written. */
  readonly sink: AuditSink | null
  /** An audit line is lost. */
  readonly onFault: (error: unknown) => void
  /** Null: the state is in memory. */
  readonly state: StateStatus | null
  readonly version: string
  readonly accounts: () => Iterable<string>
  /** Accounts whose idempotency keys were lost. */
  readonly flushed: () => readonly string[]
  readonly breakers: () => Iterable<{ readonly account: string, readonly state: BreakerState }>
  /** The operations of an account that have not ended. */
  readonly pending: (account: string) => Promise<ReadonlyArray<{ readonly operation: { readonly status: OperationStatus } }>>
  readonly requestsInFlight: () => number
  /** The API keys that expire, with the seconds left. */
  readonly keyExpiries: () => Iterable<{ readonly key: string, readonly seconds: number }>
}

export interface Telemetry {
  readonly observer: Observer
  readonly metrics: Metrics
  readonly audit: Audit
}

/** The metrics and the audit log of one gateway. */
export function createTelemetry (parts: TelemetryParts): Telemetry {
  const { sink, pending } = parts
  const metrics = createMetrics({
    version: parts.version,
    breakers: parts.breakers,
    flushed: () => [...parts.accounts()].map(account => ({ account, isFlushed: parts.flushed().includes(account) })),
    state: parts.state,
    requestsInFlight: parts.requestsInFlight,
    keyExpiries: parts.keyExpiries,
    openOperations: async () => (await Promise.all([...parts.accounts()].map(async account => countOf(account, await pending(account))))).flat()
  })
  const onFault = (error: unknown): void => {
    metrics.observer.auditFailed()
    parts.onFault(error)
  }
  const audit = sink === null ? silentAudit : createAudit({ sink, onFault })
  const observer: Observer = {
    ...metrics.observer,
    operationChanged: change => {
      metrics.observer.operationChanged(change)
      audit.ended(change)
    }
  }
  return { observer, metrics, audit }
}

/** Zeros are included: an account without open operations still has the series. */
const countOf = (account: string, open: ReadonlyArray<{ readonly operation: { readonly status: OperationStatus } }>) =>
  (['pending', 'running'] as const).map(status => ({ account, status, count: open.filter(({ operation }) => operation.status === status).length }))
