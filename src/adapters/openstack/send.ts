import type { z } from 'zod'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { ToFailure } from '../kit/failures.ts'
import { refusal } from '../kit/ids.ts'
import { keystoneHeaders } from '../kit/keystone.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import type { Service } from './auth.ts'
import { callFailure } from './failures.ts'

interface OpenstackEndpoint<T> extends Endpoint<T> {
  readonly service?: Service
  readonly toFailure?: ToFailure | undefined
}

export type OpenstackSend = <T>(endpoint: OpenstackEndpoint<T>) => Promise<T>

export const createOpenstackSend = (upstream: Upstream): OpenstackSend =>
  async ({ service = 'compute', toFailure = callFailure, read, ...endpoint }) =>
    await createSend(upstream, token => baseOf(token, service))({
      ...endpoint,
      read: response => {
        if (!isSuccess(response)) throw refused(response, toFailure(response))
        return read(response)
      }
    })

/** A cloud may lack Neutron, or have an endpoint that must not be used. */
export function baseOf (token: Token | null, service: Service): Base {
  const { [service]: url, [`${service}_absent`]: absent, [`${service}_fault`]: fault, microversion = '' } = token?.data ?? {}
  if (absent !== undefined) throw refusal('unsupported', absent)
  if (url === undefined) throw refusal('forbidden', fault ?? `the sign-in returned no ${service} endpoint`)
  const version = service === 'compute' ? { 'openstack-api-version': `compute ${microversion}` } : {}
  return { url, headers: { ...keystoneHeaders(token), ...version } }
}

export const json = <T>(schema: z.ZodType<T>) => (response: HttpResponse): T => parseWire(schema, parseJson(response.text), response)
