import { createAudit, silentAudit, type Audit, type AuditSink } from './audit.ts'
import { createMetrics, type Metrics, type MetricSources } from './metrics.ts'
import type { Observer } from './observer.ts'

interface TelemetryParts extends MetricSources {
  /** Null: no lines are written. */
  readonly sink: AuditSink | null
  /** An audit line is lost; the request continues. */
  readonly onFault: (error: unknown) => void
}

interface Telemetry {
  readonly observer: Observer
  readonly metrics: Metrics
  readonly audit: Audit
}

/** The metrics and the audit log of one gateway. */
export function createTelemetry ({ sink, onFault, ...sources }: TelemetryParts): Telemetry {
  const metrics = createMetrics(sources)
  const audit = sink === null
    ? silentAudit
    : createAudit(sink, error => {
      metrics.observer.auditFailed()
      onFault(error)
    })
  const operationChanged: Observer['operationChanged'] = change => {
    metrics.observer.operationChanged(change)
    audit.ended(change)
  }
  return { observer: { ...metrics.observer, operationChanged }, metrics, audit }
}
