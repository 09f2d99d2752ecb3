import type { z } from 'zod'
import type { Upstream } from '../contract.js'
import type { HttpRequest, HttpResponse } from '../../upstream/http.js'
import { isSuccess, malformed, parseJson, parseWire } from '../../upstream/read.js'
import { authorization } from './auth.js'
import { callFailure } from './failures.js'
import { seenInstance } from './mapping.js'
import { actionWire, instanceListWire } from './schema.js'
import type { FleioAccount } from './settings.js'

export type FleioClient = ReturnType<typeof createClient>

interface Endpoint<T> {
  readonly name: string
  readonly intent: 'read' | 'write'
  readonly method: HttpRequest['method']
  readonly path: string
  readonly body?: unknown
  read(response: HttpResponse): T
}

const rows = instanceListWire(seenInstance)

/** One function for each endpoint; the vendor's page: fleio.com/docs/developer/using-api.html. No path ends in a slash: that would be another route. */
export function createClient (account: FleioAccount, upstream: Upstream) {
  const instances = '/openstack/instances'
  const instance = (id: string): string => `${instances}/${encodeURIComponent(id)}`

  const call = async <T>({ name, intent, method, path, body, read }: Endpoint<T>): Promise<T> => await upstream.send({
    name,
    intent,
    build: () => ({
      method,
      url: `${account.url}${path}`,
      headers: {
        ...authorization(account),
        accept: 'application/json',
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }),
    read
  })

  return {
    /** Null for a page past the end. */
    listInstances: async (query: URLSearchParams, page: number) => await call({
      name: 'instances',
      intent: 'read',
      method: 'GET',
      path: `${instances}?${query.toString()}`,
      read: response => page > 1 && isMissing(response) ? null : readList(response)
    }),
    getInstance: async (id: string) => await call({
      name: 'instances/get', intent: 'read', method: 'GET', path: instance(id), read: response => readAnswer(seenInstance, response)
    }),
    act: async (id: string, verb: 'start' | 'stop' | 'reboot') => await call({
      name: `instances/${verb}`,
      intent: 'write',
      method: 'POST',
      path: `${instance(id)}/${verb}`,
      body: {},
      read: response => readAnswer(actionWire, response)
    })
  }
}

/** The API's own 404; an unknown route answers with a page instead. */
const isMissing = (response: HttpResponse): boolean => response.status === 404 && parseJson(response.text) !== undefined

function readList (response: HttpResponse) {
  // A list has no server that could be missing.
  if (isMissing(response)) throw malformed(response, 'the provider has no list of servers at the configured url')
  return readAnswer(rows, response)
}

function readAnswer<T> (schema: z.ZodType<T>, response: HttpResponse): T {
  if (!isSuccess(response)) throw callFailure(response)
  return parseWire(schema, response.text === '' ? {} : parseJson(response.text), response)
}
