import type { z } from 'zod'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { ToFailure } from '../kit/failures.ts'
import { refusal } from '../kit/ids.ts'
import { createJsonSend, type JsonSend } from '../kit/json-send.ts'
import { keystoneHeaders } from '../kit/keystone.ts'
import { createSend, type Base } from '../kit/send.ts'
import type { Service } from './auth.ts'
import { callFailure } from './failures.ts'

/** An accepted action, which Nova logs under the id of the request. */
export interface Logged<T> {
  readonly answer: T
  readonly requestId: string | null
}

interface Action<T> {
  /** The path of the server. */
  readonly server: string
  /** Its only member names the action. */
  readonly body: object
  readonly schema: z.ZodType<T | null>
  readonly toFailure?: ToFailure | undefined
}

export interface OpenstackSend extends Readonly<Record<Service, JsonSend<ToFailure>>> {
  action<T>(action: Action<T>): Promise<Logged<T | null>>
}

export function createOpenstackSend (upstream: Upstream): OpenstackSend {
  const sendTo = (service: Service): JsonSend<ToFailure> => createJsonSend(
    upstream, token => baseOf(token, service), (response, toFailure = callFailure) => refused(response, toFailure(response))
  )
  return {
    compute: sendTo('compute'),
    image: sendTo('image'),
    network: sendTo('network'),
    action: async ({ server, body, schema, toFailure = callFailure }) => await createSend(upstream, token => baseOf(token, 'compute'))({
      name: `servers/${Object.keys(body)[0] ?? ''}`,
      method: 'POST',
      path: `${server}/action`,
      body,
      read: response => {
        if (!isSuccess(response)) throw refused(response, toFailure(response))
        const answer = parseWire(schema, parseJson(response.text), response)
        return { answer, requestId: response.headers['x-openstack-request-id'] ?? null }
      },
      assumed: { answer: null, requestId: null }
    })
  }
}

/** A cloud may lack Neutron, or have an endpoint that must not be used. */
export function baseOf (token: Token | null, service: Service): Base {
  const { [service]: url, [`${service}_absent`]: absent, [`${service}_fault`]: fault, microversion = '' } = token?.data ?? {}
  if (absent !== undefined) throw refusal('unsupported', absent)
  if (url === undefined) throw refusal('forbidden', fault ?? `the sign-in returned no ${service} endpoint`)
  const version = service === 'compute' ? { 'openstack-api-version': `compute ${microversion}` } : {}
  return { url, headers: { ...keystoneHeaders(token), ...version } }
}
