import type { z } from 'zod'
import type { Upstream } from '../contract.ts'
import type { UpstreamError } from '../../domain/failure.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import { authorization } from './auth.ts'
import { instanceFailure } from './failures.ts'
import type { HeficedAccount } from './settings.ts'

interface Endpoint<T> {
  readonly name: string
  readonly method: HttpRequest['method']
  readonly path: string
  readonly body?: unknown
  readonly schema: z.ZodType<T>
  /** Makes it a write: what a dry run takes for the answer. */
  readonly assumed?: T
  /** Where a refusal means something else for this endpoint. */
  readonly failure?: (response: HttpResponse) => UpstreamError
}

export type HeficedCall = ReturnType<typeof createCall>

/** The way to every endpoint below the API's base. */
export const createCall = (account: HeficedAccount, upstream: Upstream) =>
  async <T>({ name, method, path, body, schema, assumed, failure = instanceFailure }: Endpoint<T>): Promise<T> => await upstream.send({
    name,
    ...(assumed === undefined ? { intent: 'read' } : { intent: 'write', assumed }),
    build: token => ({
      method,
      url: `${account.api_url}${path}`,
      headers: {
        ...authorization(token),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }),
    read: response => {
      if (!isSuccess(response)) throw failure(response)
      return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
    }
  })
