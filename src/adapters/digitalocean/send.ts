import type { z } from 'zod'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { callFailure, type About } from './failures.ts'
import type { DigitaloceanAccount } from './settings.ts'

interface DigitaloceanEndpoint<T> extends Omit<Endpoint<T>, 'read' | 'method'> {
  /** Default: GET for a read, POST for a write. */
  readonly method?: 'DELETE'
  readonly schema: z.ZodType<T>
  /** What a refusal means here. */
  readonly about?: About
}

export type DigitaloceanSend = ReturnType<typeof createDigitaloceanSend>

export const baseOf = ({ api_url: url, token }: DigitaloceanAccount): Base => ({ url, headers: { authorization: `Bearer ${token}` } })

export const createDigitaloceanSend = (account: DigitaloceanAccount, upstream: Upstream) => {
  const send = createSend(upstream, () => baseOf(account))
  return async <T>({ schema, about, ...endpoint }: DigitaloceanEndpoint<T>): Promise<T> => await send({
    method: endpoint.assumed === undefined ? 'GET' : 'POST',
    ...endpoint,
    read: response => {
      if (!isSuccess(response)) throw callFailure(response, upstream.now(), about)
      return parseWire(schema, response.text === '' ? null : parseJson(response.text), response)
    }
  })
}
