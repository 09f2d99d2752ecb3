import type { z } from 'zod'
import type { Token, Upstream } from '../contract.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { callFailure, type ToFailure } from './failures.ts'
import type { HeficedAccount } from './settings.ts'

interface HeficedEndpoint<T> extends Omit<Endpoint<T>, 'method' | 'read'> {
  readonly method?: 'PATCH'
  readonly schema: z.ZodType<T>
  /** Overrides the meaning of a refusal for this endpoint. */
  readonly toFailure?: ToFailure | undefined
}

export type HeficedSend = ReturnType<typeof createHeficedSend>

export const baseOf = ({ api_url: url }: HeficedAccount, token: Token | null): Base => ({ url, headers: authorization(token) })

/** The default method is POST for a call with an assumed answer, else GET. */
export const createHeficedSend = (account: HeficedAccount, upstream: Upstream) => {
  const send = createSend(upstream, token => baseOf(account, token))
  return async <T>({ schema, toFailure = callFailure, ...endpoint }: HeficedEndpoint<T>): Promise<T> => await send({
    method: endpoint.assumed === undefined ? 'GET' : 'POST',
    ...endpoint,
    reader: schema,
    read: response => {
      if (!isSuccess(response)) throw toFailure(response)
      return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
    }
  })
}
