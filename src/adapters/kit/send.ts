import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import type { Token, Upstream } from '../contract.ts'

/** One endpoint of a vendor's JSON API: what is sent, and how its answer is read. */
export interface Endpoint<T> {
  /** The endpoint without ids, for logs and metrics. */
  readonly name: string
  readonly method: HttpRequest['method']
  /** Below the API's base, with ids already percent-encoded. */
  readonly path: string
  /** Sent as JSON text. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Makes the call a write: what a dry run takes for the answer. */
  readonly assumed?: T
  read(response: HttpResponse): T
}

export type Send = <T>(endpoint: Endpoint<T>) => Promise<T>

/** Where calls go, and the headers that each of them carries. */
export interface Base {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Sends to the endpoints below one base. The base is worked out from the valid token; null where there is none. */
export const createSend = (upstream: Upstream, baseOf: (token: Token | null) => Base): Send => async ({ name, assumed, read, ...request }) => await upstream.send({
  name,
  ...intentOf(assumed),
  build: token => jsonRequest(baseOf(token), request),
  read
})

/** A call with an assumed answer is a write, one without is a read. */
export const intentOf = <T>(assumed: T | undefined): { readonly intent: 'read' } | { readonly intent: 'write', readonly assumed: T } =>
  assumed === undefined ? { intent: 'read' } : { intent: 'write', assumed }

export const jsonRequest = ({ url, headers: common }: Base, { method, path, body, headers = {} }: Pick<Endpoint<unknown>, 'method' | 'path' | 'body' | 'headers'>): HttpRequest => ({
  method,
  url: `${url}${path}`,
  headers: { ...common, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  ...(body === undefined ? {} : { body: JSON.stringify(body) })
})
