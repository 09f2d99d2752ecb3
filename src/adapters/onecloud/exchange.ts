import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import { authorization } from './auth.ts'
import type { Tell } from './failures.ts'

export type Service = 'compute' | 'image' | 'webconsole' | 'identity'

export interface Endpoint<T> {
  readonly service?: Service
  readonly name: string
  readonly method: HttpRequest['method']
  readonly path: string
  readonly body?: object
  readonly schema: z.ZodType<T>
  readonly tell: Tell
  /** Makes it a write: what a dry run takes for the answer. */
  readonly assumed?: T
}

export type Send = <T>(endpoint: Endpoint<T>) => Promise<T>

/** Sends with the token and reads by the schema. A body goes as one text, so that its length is told: without it the vendor reads none. */
export const createSend = (upstream: Upstream): Send => async endpoint => await upstream.send({
  name: endpoint.name,
  ...(endpoint.assumed === undefined ? { intent: 'read' } : { intent: 'write', assumed: endpoint.assumed }),
  build: token => requestOf(token, endpoint),
  read: response => readAnswer(endpoint, response)
})

export function requestOf (token: Token | null, { service = 'compute', method, path, body }: Pick<Endpoint<unknown>, 'service' | 'method' | 'path' | 'body'>): HttpRequest {
  return {
    method,
    url: `${addressOf(token, service)}${path}`,
    headers: {
      ...authorization(token),
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  }
}

function addressOf (token: Token | null, service: Service): string {
  const url = token?.data[service]
  if (url === undefined) throw new UpstreamError('forbidden', `the sign-in told no ${service} endpoint that may be used`, { notAttempted: true })
  return url
}

function readAnswer<T> ({ schema, tell }: Endpoint<T>, response: HttpResponse): T {
  if (!isSuccess(response)) throw refused(response, tell(response))
  return parseWire(schema, parseJson(response.text), response)
}
