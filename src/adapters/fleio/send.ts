import type { z } from 'zod'
import type { Upstream } from '../contract.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import { createSend, type Base, type Send } from '../kit/send.ts'
import { authorization } from './auth.ts'
import { callFailure, type RefusalFacts } from './failures.ts'
import type { FleioAccount } from './settings.ts'

export const baseOf = (account: FleioAccount): Base =>
  ({ url: account.url, headers: { ...authorization(account), 'accept-language': 'en' } })

/** Without a trailing slash, which would be another route. */
export const createFleioSend = (account: FleioAccount, upstream: Upstream): Send => createSend(upstream, () => baseOf(account))

/** The API's own 404; an unknown route is answered with a page. */
export const isMissing = (response: HttpResponse): boolean => response.status === 404 && parseJson(response.text) !== undefined

export function readAnswer<T> (schema: z.ZodType<T>, response: HttpResponse, facts: RefusalFacts = {}): T {
  if (!isSuccess(response)) throw callFailure(response, facts)
  return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
}

/** An accepted call stays accepted: an unreadable answer is null. */
export function readAccepted<T> (schema: z.ZodType<T>, response: HttpResponse, facts: RefusalFacts): T | null {
  if (!isSuccess(response)) throw callFailure(response, facts)
  const parsed = schema.safeParse(parseJson(response.text))
  return parsed.success ? parsed.data : null
}
