import type { z } from 'zod'
import type { UpstreamError } from '../../domain/failure.ts'
import type { HttpRequest, HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import { createSend, type Base, type Endpoint } from './send.ts'

/** `About`: what the objects of a call are to our caller, which decides the meaning of a refusal. */
interface JsonEndpoint<T, About> extends Omit<Endpoint<T>, 'method' | 'reader' | 'read'> {
  /** Default: GET for a read, POST for a write. */
  readonly method?: HttpRequest['method']
  readonly schema: z.ZodType<T>
  readonly about?: About | undefined
}

export type JsonSend<About> = <T>(endpoint: JsonEndpoint<T, About>) => Promise<T>

/** Sends to a JSON API whose HTTP status decides; an answer without a body is read as `{}`. */
export function createJsonSend<About> (
  upstream: Upstream, baseOf: (token: Token | null) => Base, toFailure: (response: HttpResponse, about: About | undefined) => UpstreamError
): JsonSend<About> {
  const send = createSend(upstream, baseOf)
  return async ({ schema, about, ...endpoint }) => await send({
    method: endpoint.assumed === undefined ? 'GET' : 'POST',
    ...endpoint,
    reader: schema,
    read: response => {
      if (!isSuccess(response)) throw toFailure(response, about)
      return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
    }
  })
}
