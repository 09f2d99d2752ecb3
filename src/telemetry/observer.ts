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
  /** It is sent to get a token. */
  readonly isSignIn: boolean
  /** Host, port and code of a connection that failed; null where none did. */
  readonly connection: { readonly host: string, readonly port: number, readonly cause: string | null } | null
}

/** What the rooms report of their work. Nothing in it is a secret, and none of it is kept: whoever observes makes numbers and lines of it. */
export interface Observer {
  requestAnswered (seen: AnsweredRequest): void
  upstreamCalled (sent: SentCall): void
  cacheAsked (account: string, result: 'hit' | 'miss' | 'shared' | 'stale'): void
  operationChanged (change: OperationChange): void
  /** How late a look at operations was. */
  polled (account: string, lagMs: number): void
  /** The retry budget is spent. */
  retryRefused (account: string): void
  /** For a free place under the account's limits. */
  waited (account: string, seconds: number): void
  shed (reason: string): void
  reloaded (outcome: 'applied' | 'refused'): void
  auditFailed (): void
}

export interface AnsweredRequest {
  readonly method: string
  /** The pattern, never the path; `none` where there is no such route. */
  readonly route: string
  /** 499 where the caller left before there was one. */
  readonly status: number
  readonly account: string | null
  /** The slug of the problem. */
  readonly problem: string | null
  readonly seconds: number
}

export interface OperationChange {
  readonly account: string
  readonly action: string
  /** Null: it was begun. */
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

/** Where one request tells of the calls that it sends. */
export interface Trace {
  call (done: TracedCall): void
}

export const silentTrace: Trace = { call: ignore }

/** The trace of one request of a caller. */
export interface RequestTrace {
  readonly trace: Trace
  /** As the log names it; null where nothing is traced. */
  readonly id: string | null
  end (done: { readonly name: string, readonly attributes: TraceAttributes, readonly failed: boolean }): void
}

export interface Tracer {
  /** `traceparent` is what the caller has sent; nonsense in it is ignored. */
  begin (traceparent: string | undefined): RequestTrace
  /** Sends what is left, within two seconds. */
  close (): Promise<void>
}

const silentRequestTrace: RequestTrace = { trace: silentTrace, id: null, end: ignore }

export const silentTracer: Tracer = { begin: () => silentRequestTrace, close: async () => {} }

/** One attempt as a trace tells it: the provider's host, and neither path nor query, which may hold ids. */
export const toTracedCall = (sent: SentCall, request: { readonly method: string, readonly url: string } | null, startedAt: number): TracedCall => ({
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
