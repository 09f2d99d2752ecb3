import type { Upstream } from '../contract.ts'
import { createJsonSend, type JsonSend } from '../kit/json-send.ts'
import type { Base } from '../kit/send.ts'
import { callFailure, type About } from './failures.ts'
import type { DigitaloceanAccount } from './settings.ts'

export type DigitaloceanSend = JsonSend<About>

export const baseOf = ({ api_url: url, token }: DigitaloceanAccount): Base => ({ url, headers: { authorization: `Bearer ${token}` } })

export const createDigitaloceanSend = (account: DigitaloceanAccount, upstream: Upstream): DigitaloceanSend =>
  createJsonSend(upstream, () => baseOf(account), (response, about) => callFailure(response, upstream.now(), about))
