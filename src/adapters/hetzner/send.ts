import type { z } from 'zod'
import type { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { callFailure } from './failures.ts'
import type { HetznerAccount } from './settings.ts'

interface HetznerEndpoint<T> extends Omit<Endpoint<T>, 'read'> {
  readonly schema: z.ZodType<T>
  readonly toFailure?: ((response: HttpResponse) => UpstreamError) | undefined
}

export type HetznerSend = <T>(endpoint: HetznerEndpoint<T>) => Promise<T>

export const baseOf = (account: HetznerAccount): Base => ({ url: account.api_url, headers: authorization(account) })

/** Actions without parameters are sent without a body. */
export const createHetznerSend = (account: HetznerAccount, upstream: Upstream): HetznerSend => {
  const send = createSend(upstream, () => baseOf(account))
  return async ({ schema, toFailure = (response: HttpResponse) => callFailure(response), ...endpoint }) => await send({
    ...endpoint,
    reader: schema,
    read: response => {
      if (!isSuccess(response)) throw toFailure(response)
      return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
    }
  })
}
