import type { z } from 'zod'
import type { Token, Upstream } from '../contract.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { callFailure, complaintOf, type ToFailure } from './failures.ts'
import type { VmmanagerAccount } from './settings.ts'

interface VmmanagerEndpoint<T> extends Omit<Endpoint<T>, 'method' | 'read'> {
  /** The platform has no PUT and no PATCH, and refuses a body with unknown members. */
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly schema: z.ZodType<T>
  readonly toFailure?: ToFailure
}

export type VmmanagerSend = ReturnType<typeof createVmmanagerSend>

/** The header suffices; the panel's cookie is for browsers. */
export const baseOf = (account: VmmanagerAccount, token: Token | null): Base =>
  ({ url: account.url, headers: { 'x-xsrf-token': token?.value ?? account.token ?? '' } })

/** The vendor's guide sends this header with calls about keys; other calls do not need it. */
export const boxInstance = { 'isp-box-instance': 'true' }

/** The default method is POST for a call with an assumed answer, else GET. */
export const createVmmanagerSend = (account: VmmanagerAccount, upstream: Upstream) => {
  const send = createSend(upstream, token => baseOf(account, token))
  return async <T>({ schema, toFailure, ...endpoint }: VmmanagerEndpoint<T>): Promise<T> => await send({
    method: endpoint.assumed === undefined ? 'GET' : 'POST',
    ...endpoint,
    reader: schema,
    read: response => readAnswer(schema, response, toFailure)
  })
}

/** An answer's body; throws the failure that it reports. */
export function readAnswer<T> (schema: z.ZodType<T>, response: HttpResponse, toFailure: ToFailure = callFailure): T {
  // A suspended platform has done nothing; its body may be JSON, HTML or empty and is not read.
  if (response.status === 503) throw refused(response, { failure: 'suspended', notAttempted: true })
  const body = response.text === '' ? {} : parseJson(response.text)
  const complaint = complaintOf(body)
  if (!isSuccess(response) || complaint !== null) throw refused(response, toFailure(response, complaint))
  return parseWire(schema, body, response)
}
