import type { OperationStatus } from '../domain/operation.js'

/** One attempt to call a provider. */
export interface SentCall {
  readonly account: string
  readonly operation: string
  readonly requestId: string
  readonly status: number | null
  readonly outcome: string
  readonly attempt: number
  readonly durationMs: number
}

/** What the other rooms report of themselves. */
export interface Observer {
  upstreamCalled(sent: SentCall): void
  cacheAsked(account: string, result: 'hit' | 'miss' | 'shared' | 'stale'): void
  operationChanged(change: { readonly account: string, readonly action: string, readonly from: OperationStatus | null, readonly to: OperationStatus }): void
  /** How late a look at operations was. */
  polled(account: string, lagMs: number): void
  /** The retry budget is spent. */
  retryRefused(account: string): void
  /** Waited for a free place under the account's limits. */
  waited(account: string, seconds: number): void
  shed(reason: string): void
  reloaded(outcome: 'applied' | 'refused'): void
  auditFailed(): void
}

export const silent: Observer = {
  upstreamCalled: () => {},
  cacheAsked: () => {},
  operationChanged: () => {},
  polled: () => {},
  retryRefused: () => {},
  waited: () => {},
  shed: () => {},
  reloaded: () => {},
  auditFailed: () => {}
}
