import type { z } from 'zod'
import type { Token, Upstream } from '../contract.ts'
import type { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { instanceFailure } from './failures.ts'
import type { HeficedAccount } from './settings.ts'

interface HeficedEndpoint<T> extends Omit<Endpoint<T>, 'read'> {
  readonly schema: z.ZodType<T>
  /** Overrides the meaning of a refusal for this endpoint. */
  readonly failure?: (response: HttpResponse) => UpstreamError
}

export type HeficedSend = ReturnType<typeof createHeficedSend>

export const baseOf = ({ api_url: url }: HeficedAccount, token: Token | null): Base => ({ url, headers: authorization(token) })

export const createHeficedSend = (account: HeficedAccount, upstream: Upstream) => {
  const send = createSend(upstream, token => baseOf(account, token))
  return async <T>({ schema, failure = instanceFailure, ...endpoint }: HeficedEndpoint<T>): Promise<T> => await send({
    ...endpoint,
    reader: schema,
    read: response => {
      if (!isSuccess(response)) throw failure(response)
      return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
    }
  })
}
