import type { z } from 'zod'
import type { Token, Upstream } from '../contract.ts'
import { createSend, type Base, type Endpoint } from '../kit/send.ts'
import { readAnswer } from './envelope.ts'
import { authorization } from './auth.ts'
import { callFailure, type ToFailure } from './failures.ts'
import type { VmmanagerAccount } from './settings.ts'

interface VmmanagerEndpoint<T> extends Omit<Endpoint<T>, 'method' | 'read'> {
  /** The platform has no PUT and no PATCH, and refuses a body with unknown members. */
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly schema: z.ZodType<T>
  readonly toFailure?: ToFailure
}

export type VmmanagerSend = ReturnType<typeof createVmmanagerSend>

export const baseOf = (account: VmmanagerAccount, token: Token | null): Base => ({ url: account.url, headers: authorization(account, token) })

/** The default method is POST for a call with an assumed answer, else GET. */
export const createVmmanagerSend = (account: VmmanagerAccount, upstream: Upstream) => {
  const send = createSend(upstream, token => baseOf(account, token))
  return async <T>({ method, schema, toFailure = callFailure, ...endpoint }: VmmanagerEndpoint<T>): Promise<T> =>
    await send({ ...endpoint, reader: schema, method: method ?? (endpoint.assumed === undefined ? 'GET' : 'POST'), read: response => readAnswer(schema, response, toFailure) })
}

/** A filter of the platform: words separated by spaces, encoded once. */
export const where = (condition: string): string => new URLSearchParams({ where: condition }).toString()
