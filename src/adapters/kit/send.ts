import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import type { ReadCall, Reader, Token, Upstream, WriteCall } from '../contract.ts'

/** One endpoint of a vendor's JSON API: the request, and how its answer is read. */
export interface Endpoint<T> {
  /** The endpoint without ids, for logs and metrics. */
  readonly name: string
  readonly method: HttpRequest['method']
  /** Relative to the API's base, with ids already percent-encoded. */
  readonly path: string
  /** Sent as JSON text. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Makes the call a write; a dry run uses it as the answer. */
  readonly assumed?: T
  /** Present if the value of a read depends on this and the answer's body alone. */
  readonly reader?: Reader<T>
  read(response: HttpResponse): T
}

export type Send = <T>(endpoint: Endpoint<T>) => Promise<T>

/** The URL that paths are relative to, and the headers of every call. */
export interface Base {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Sends to the endpoints below one base, which is derived from the valid token (null if there is none). */
export const createSend = (upstream: Upstream, baseOf: (token: Token | null) => Base): Send =>
  async endpoint => await upstream.send({
    name: endpoint.name,
    ...intentOf(endpoint.assumed, endpoint.reader),
    build: token => jsonRequest(baseOf(token), endpoint),
    read: endpoint.read
  })

type Intent<T> = Pick<ReadCall<T>, 'intent' | 'reader'> | Pick<WriteCall<T>, 'intent' | 'assumed'>

/** A call with an assumed answer is a write, one without is a read. */
export function intentOf<T> (assumed: T | undefined, reader?: Reader<T>): Intent<T> {
  if (assumed !== undefined) return { intent: 'write', assumed }
  return reader === undefined ? { intent: 'read' } : { intent: 'read', reader }
}

type JsonCall = Pick<Endpoint<unknown>, 'method' | 'path' | 'body' | 'headers'>
export const jsonRequest = ({ url, headers: common }: Base, { method, path, body, headers = {} }: JsonCall): HttpRequest => ({
  method,
  url: `${url}${path}`,
  headers: { ...common, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  ...(body === undefined ? {} : { body: JSON.stringify(body) })
})
