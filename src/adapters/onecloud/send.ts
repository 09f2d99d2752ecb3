import type { z } from 'zod'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { ToFailure } from '../kit/failures.ts'
import { refusal } from '../kit/ids.ts'
import { keystoneHeaders } from '../kit/keystone.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { callFailure } from './failures.ts'

export type Service = 'compute' | 'image' | 'webconsole' | 'identity'

interface OnecloudEndpoint<T> extends Omit<Endpoint<T>, 'read' | 'reader'> {
  readonly service?: Service
  readonly schema: z.ZodType<T>
  readonly toFailure?: ToFailure | undefined
}

export type OnecloudSend = <T>(endpoint: OnecloudEndpoint<T>) => Promise<T>

/** Sends with the token and reads by the schema. A body is sent with Content-Length, without which the vendor ignores it. */
export const createOnecloudSend = (upstream: Upstream): OnecloudSend =>
  async ({ service = 'compute', schema, toFailure = callFailure, ...endpoint }) =>
    await createSend(upstream, token => baseOf(token, service))({
      ...endpoint,
      reader: schema,
      read: response => {
        if (!isSuccess(response)) throw refused(response, toFailure(response))
        return parseWire(schema, parseJson(response.text), response)
      }
    })

export function baseOf (token: Token | null, service: Service): Base {
  const url = token?.data[service]
  if (url !== undefined) return { url, headers: keystoneHeaders(token) }
  throw refusal('forbidden', `the sign-in returned no ${service} endpoint that may be used`)
}
