import type { Upstream } from '../contract.ts'
import { createJsonSend, type JsonSend } from '../kit/json-send.ts'
import type { Base } from '../kit/send.ts'
import { callFailure, type About } from './failures.ts'
import type { HetznerAccount } from './settings.ts'

export type HetznerSend = JsonSend<About>

export const baseOf = ({ api_url: url, token }: HetznerAccount): Base => ({ url, headers: { authorization: `Bearer ${token}` } })

export const createHetznerSend = (account: HetznerAccount, upstream: Upstream): HetznerSend =>
  createJsonSend(upstream, () => baseOf(account), callFailure)
