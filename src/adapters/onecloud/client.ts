import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.js'
import type { HttpRequest, HttpResponse } from '../../upstream/http.js'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.js'
import type { Token, Upstream } from '../contract.js'
import { authorization } from './auth.js'
import { callFailure, getFailure, listFailure, type Tell } from './failures.js'
import { seenServer } from './mapping.js'
import { acceptedWire, serverAnswerWire, serverListWire } from './schema.js'

export type OnecloudClient = ReturnType<typeof createClient>

interface Endpoint<T> {
  readonly name: string
  readonly intent: 'read' | 'write'
  readonly method: HttpRequest['method']
  readonly path: string
  readonly body?: object
  readonly schema: z.ZodType<T>
  readonly tell: Tell
}

const listWire = serverListWire(seenServer)
const answerWire = serverAnswerWire(seenServer)

/** One function for each endpoint; the vendor's pages: cloudpods.org/docs/development/apisdk, pkg/compute/models/guests.go */
export function createClient (upstream: Upstream) {
  const server = (id: string): string => `/servers/${encodeURIComponent(id)}`

  const call = async <T>({ name, intent, method, path, body, schema, tell }: Endpoint<T>): Promise<T> => await upstream.send({
    name,
    intent,
    build: token => ({
      method,
      url: `${computeOf(token)}${path}`,
      headers: {
        ...authorization(token),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }),
    read: response => readAnswer(schema, tell, response)
  })

  return {
    listServers: async (query: URLSearchParams) => await call({
      name: 'servers', intent: 'read', method: 'GET', path: `/servers?${query.toString()}`, schema: listWire, tell: listFailure
    }),
    /** Without a query string: any would turn on the filters of lists. Finds what is in the recycle bin, too. */
    getServer: async (id: string) => (await call({
      name: 'servers/get', intent: 'read', method: 'GET', path: server(id), schema: answerWire, tell: getFailure
    })).server,
    act: async (id: string, action: 'start' | 'stop' | 'restart', input: object) => await call({
      name: `servers/${action}`,
      intent: 'write',
      method: 'POST',
      path: `${server(id)}/${action}`,
      body: { server: input },
      schema: acceptedWire,
      tell: callFailure
    })
  }
}

function computeOf (token: Token | null): string {
  const url = token?.data.compute
  if (url === undefined) throw new UpstreamError('forbidden', 'the sign-in told no compute endpoint', { notAttempted: true })
  return url
}

function readAnswer<T> (schema: z.ZodType<T>, tell: Tell, response: HttpResponse): T {
  if (!isSuccess(response)) throw refused(response, tell(response))
  return parseWire(schema, parseJson(response.text), response)
}
