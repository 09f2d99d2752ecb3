import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import { keystoneHeaders } from '../kit/keystone.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import type { ToFailure } from './failures.ts'

export type Service = 'compute' | 'image' | 'webconsole' | 'identity'

interface OnecloudEndpoint<T> extends Omit<Endpoint<T>, 'read'> {
  readonly service?: Service
  readonly schema: z.ZodType<T>
  readonly toFailure: ToFailure
}

export type OnecloudSend = <T>(endpoint: OnecloudEndpoint<T>) => Promise<T>

export const baseOf = (token: Token | null, service: Service): Base => ({ url: addressOf(token, service), headers: keystoneHeaders(token) })

/** Sends with the token and reads by the schema. A body is sent with Content-Length, without which the vendor ignores it. */
export const createOnecloudSend = (upstream: Upstream): OnecloudSend => async ({ service = 'compute', schema, toFailure, ...endpoint }) =>
  await createSend(upstream, token => baseOf(token, service))({ ...endpoint, reader: schema, read: response => readAnswer(schema, toFailure, response) })

function addressOf (token: Token | null, service: Service): string {
  const url = token?.data[service]
  if (url === undefined) {
    throw new UpstreamError('forbidden', `the sign-in returned no ${service} endpoint that may be used`, { notAttempted: true })
  }
  return url
}

function readAnswer<T> (schema: z.ZodType<T>, toFailure: ToFailure, response: HttpResponse): T {
  if (!isSuccess(response)) throw refused(response, toFailure(response))
  return parseWire(schema, parseJson(response.text), response)
}
