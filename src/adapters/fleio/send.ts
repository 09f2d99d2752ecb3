import type { Upstream } from '../contract.ts'
import { createJsonSend, type JsonSend } from '../kit/json-send.ts'
import type { Base } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { callFailure, type RefusalFacts } from './failures.ts'
import type { FleioAccount } from './settings.ts'

export const baseOf = (account: FleioAccount): Base =>
  ({ url: account.url, headers: { ...authorization(account), 'accept-language': 'en' } })

export type FleioSend = JsonSend<RefusalFacts>

/** Without a trailing slash, which would be another route. */
export const createFleioSend = (account: FleioAccount, upstream: Upstream): FleioSend =>
  createJsonSend(upstream, () => baseOf(account), callFailure)
