import type { Token, Upstream } from '../contract.ts'
import { createJsonSend } from '../kit/json-send.ts'
import type { Base } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { callFailure, type ToFailure } from './failures.ts'
import type { HeficedAccount } from './settings.ts'

export type HeficedSend = ReturnType<typeof createHeficedSend>

export const baseOf = ({ api_url: url }: HeficedAccount, token: Token | null): Base => ({ url, headers: authorization(token) })

/** `about` of an endpoint overrides the meaning of a refusal. */
export const createHeficedSend = (account: HeficedAccount, upstream: Upstream) =>
  createJsonSend<ToFailure>(upstream, token => baseOf(account, token), (response, toFailure = callFailure) => toFailure(response))
