import { refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { ToFailure } from '../kit/failures.ts'
import { refusal } from '../kit/ids.ts'
import { createJsonSend, type JsonSend } from '../kit/json-send.ts'
import { keystoneHeaders } from '../kit/keystone.ts'
import type { Base } from '../kit/send.ts'
import { callFailure } from './failures.ts'

type Service = 'compute' | 'image' | 'webconsole' | 'identity'

export type OnecloudSend = Readonly<Record<Service, JsonSend<ToFailure>>>

/** Sends with the token. A body is sent with Content-Length, without which the vendor ignores it. */
export function createOnecloudSend (upstream: Upstream): OnecloudSend {
  const sendTo = (service: Service): JsonSend<ToFailure> => createJsonSend(
    upstream, token => baseOf(token, service), (response, toFailure = callFailure) => refused(response, toFailure(response))
  )
  return { compute: sendTo('compute'), image: sendTo('image'), webconsole: sendTo('webconsole'), identity: sendTo('identity') }
}

export function baseOf (token: Token | null, service: Service): Base {
  const url = token?.data[service]
  if (url !== undefined) return { url, headers: keystoneHeaders(token) }
  throw refusal('forbidden', `the sign-in returned no ${service} endpoint that may be used`)
}
