import type { AttemptOutcome } from '../domain/failure.ts'
import type { OperationStatus } from '../domain/operation.ts'

/** One attempt to call a provider. */
export interface SentCall {
  readonly account: string
  readonly endpoint: string
  readonly requestId: string
  readonly status: number | null
  readonly outcome: AttemptOutcome
  readonly attempt: number
  readonly durationMs: number
  /** Whether the call is part of a sign-in. */
  readonly isSignIn: boolean
  /** Host, port and code of a failed connection; null if none failed. */
  readonly connection: { readonly host: string, readonly port: number, readonly cause: string | null } | null
}

/** The events that components report. They hold no secrets and are not kept: an observer turns them into metrics and log lines. */
export interface Observer {
  requestAnswered (seen: AnsweredRequest): void
  upstreamCalled (sent: SentCall): void
  cacheAsked (account: string, result: 'hit' | 'miss' | 'shared' | 'stale'): void
  operationChanged (change: OperationChange): void
  /** Milliseconds by which a poll of operations was late. */
  polled (account: string, lagMs: number): void
  /** A retry was skipped because the retry budget is exhausted. */
  retryRefused (account: string): void
  /** The wait for the account's limits. */
  waited (account: string, seconds: number): void
  shed (reason: string): void
  reloaded (outcome: 'applied' | 'refused'): void
  auditFailed (): void
}

interface AnsweredRequest {
  readonly method: string
  /** The route's pattern, never the path; `none` if there is no such route. */
  readonly route: string
  /** 499 if the caller disconnected first. */
  readonly status: number
  readonly account: string | null
  /** The slug of the problem. */
  readonly problem: string | null
  readonly seconds: number
}

export interface OperationChange {
  readonly account: string
  readonly action: string
  /** Null: the operation was begun. */
  readonly from: OperationStatus | null
  readonly to: OperationStatus
  readonly id: string
  readonly serverId: string | null
}

const ignore = (): void => {}

export const silentObserver: Observer = {
  requestAnswered: ignore,
  upstreamCalled: ignore,
  cacheAsked: ignore,
  operationChanged: ignore,
  polled: ignore,
  retryRefused: ignore,
  waited: ignore,
  shed: ignore,
  reloaded: ignore,
  auditFailed: ignore
}

export type TraceAttributes = Readonly<Record<string, string | number>>

export interface TracedCall {
  readonly name: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly durationMs: number
  readonly attributes: TraceAttributes
  readonly failed: boolean
}

/** Receives the calls that one request sends. */
export interface Trace {
  call (done: TracedCall): void
}

export const silentTrace: Trace = { call: ignore }

/** The trace of one request of a caller. */
export interface RequestTrace {
  readonly trace: Trace
  /** The trace id for the log; null if nothing is traced. */
  readonly id: string | null
  end (done: { readonly name: string, readonly attributes: TraceAttributes, readonly failed: boolean }): void
}

export interface Tracer {
  /** `traceparent` is the caller's header; an invalid one is ignored. */
  begin (traceparent: string | undefined): RequestTrace
  /** Exports the remaining spans, within two seconds. */
  close (): Promise<void>
}

const silentRequestTrace: RequestTrace = { trace: silentTrace, id: null, end: ignore }

export const silentTracer: Tracer = { begin: () => silentRequestTrace, close: async () => {} }

/** One attempt for the trace: with the provider's host, but without path and query, which may hold ids. */
export const toTracedCall = (
  sent: SentCall, request: { readonly method: string, readonly url: string } | null, startedAt: number
): TracedCall => ({
  name: `${sent.account} ${sent.endpoint}`,
  startedAt,
  durationMs: sent.durationMs,
  attributes: {
    'hawser.account': sent.account,
    'hawser.endpoint': sent.endpoint,
    'hawser.attempt': sent.attempt,
    'hawser.outcome': sent.outcome,
    ...(request === null ? {} : { 'http.request.method': request.method, 'server.address': new URL(request.url).hostname }),
    ...(sent.status === null ? {} : { 'http.response.status_code': sent.status }),
    ...(sent.outcome === 'ok' ? {} : { 'error.type': sent.outcome })
  },
  failed: sent.outcome !== 'ok'
})
