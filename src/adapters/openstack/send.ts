import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import { keystoneHeaders } from '../kit/keystone.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import type { Service } from './auth.ts'
import { callFailure, type ToFailure } from './failures.ts'

interface OpenstackEndpoint<T> extends Endpoint<T> {
  readonly service?: Service
  readonly toFailure?: ToFailure
}

export type OpenstackSend = <T>(endpoint: OpenstackEndpoint<T>) => Promise<T>

export function baseOf (token: Token | null, service: Service): Base {
  const version = service === 'compute' ? { 'openstack-api-version': `compute ${token?.data['microversion'] ?? ''}` } : {}
  return { url: addressOf(token, service), headers: { ...keystoneHeaders(token), ...version } }
}

export const createOpenstackSend = (upstream: Upstream): OpenstackSend =>
  async ({ service = 'compute', toFailure = callFailure, read, ...endpoint }) =>
    await createSend(upstream, token => baseOf(token, service))({
      ...endpoint,
      read: response => {
        if (!isSuccess(response)) throw refused(response, toFailure(response))
        return read(response)
      }
    })

export const json = <T>(schema: z.ZodType<T>) => (response: HttpResponse): T => parseWire(schema, parseJson(response.text), response)

/** A cloud may lack Neutron, or have an endpoint that must not be used. */
function addressOf (token: Token | null, service: Service): string {
  const url = token?.data[service]
  if (url !== undefined) return url
  const absent = token?.data[`${service}_absent`]
  throw absent === undefined
    ? new UpstreamError('forbidden', token?.data[`${service}_fault`] ?? `the sign-in returned no ${service} endpoint`, { notAttempted: true })
    : new UpstreamError('unsupported', absent, { notAttempted: true })
}
