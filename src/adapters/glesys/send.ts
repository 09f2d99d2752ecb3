import type { Upstream } from '../contract.ts'
import { intentOf } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { readAnswer, toRequest, type Endpoint } from './envelope.ts'
import type { GlesysAccount } from './settings.ts'

/** Calls one endpoint: a write if it has an assumed answer, else a read. */
export type GlesysSend = <T>(endpoint: Endpoint<T>) => Promise<T>

export const createGlesysSend = (account: GlesysAccount, upstream: Upstream): GlesysSend => async <T>(endpoint: Endpoint<T>) => await upstream.send<T>({
  name: endpoint.name,
  ...intentOf(endpoint.assumed, 'schema' in endpoint ? endpoint.schema : endpoint.readPayload),
  build: token => toRequest(account, endpoint, authorization(account, token)),
  read: response => readAnswer(endpoint, response)
})
