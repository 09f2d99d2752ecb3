import type { z } from 'zod'
import type { Upstream } from '../contract.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { callFailure, type About } from './failures.ts'
import type { DigitaloceanAccount } from './settings.ts'

interface DigitaloceanEndpoint<T> extends Omit<Endpoint<T>, 'read'> {
  readonly schema: z.ZodType<T>
  /** What a refusal means here. */
  readonly about?: About
}

export type DigitaloceanSend = ReturnType<typeof createDigitaloceanSend>

export const baseOf = (account: DigitaloceanAccount): Base => ({ url: account.api_url, headers: authorization(account) })

export const createDigitaloceanSend = (account: DigitaloceanAccount, upstream: Upstream) => {
  const send = createSend(upstream, () => baseOf(account))
  return async <T>({ schema, about = {}, ...endpoint }: DigitaloceanEndpoint<T>): Promise<T> => await send({
    ...endpoint,
    reader: schema,
    read: response => {
      if (!isSuccess(response)) throw callFailure(response, about)
      return parseWire(schema, response.text === '' ? null : parseJson(response.text), response)
    }
  })
}
