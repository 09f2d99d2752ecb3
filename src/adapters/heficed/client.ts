import type { z } from 'zod'
import type { Upstream } from '../contract.js'
import type { UpstreamError } from '../../domain/failure.js'
import type { HttpRequest, HttpResponse } from '../../upstream/http.js'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.js'
import { authorization } from './auth.js'
import { instanceFailure, listFailure } from './failures.js'
import { seenInstance } from './mapping.js'
import { eventWire, instanceListWire } from './schema.js'
import type { HeficedAccount } from './settings.js'

export type HeficedClient = ReturnType<typeof createClient>

interface Endpoint<T> {
  readonly name: string
  readonly intent: 'read' | 'write'
  readonly method: HttpRequest['method']
  readonly path: string
  readonly body?: unknown
  readonly schema: z.ZodType<T>
  /** Where a refusal means something else for this endpoint. */
  readonly failure?: (response: HttpResponse) => UpstreamError
}

// Made once: a schema compiles itself at its first use.
const listWire = instanceListWire(seenInstance)

/** One function for each endpoint; the vendor's page: heficed.com/kb/restful-api/how-to-use-heficed-api */
export function createClient (account: HeficedAccount, upstream: Upstream) {
  const instances = `/${encodeURIComponent(account.organization_id)}/kronoscloud/instances`
  const instance = (id: string): string => `${instances}/${encodeURIComponent(id)}`

  const call = async <T>({ name, intent, method, path, body, schema, failure = instanceFailure }: Endpoint<T>): Promise<T> => await upstream.send({
    name,
    intent,
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

  const act = async (id: string, verb: 'start' | 'stop' | 'reboot', force: boolean) => await call({
    name: `instances/${verb}`,
    intent: 'write',
    method: 'POST',
    path: `${instance(id)}/${verb}`,
    ...(force ? { body: { force: true } } : {}),
    schema: eventWire
  })

  return {
    listInstances: async (query: URLSearchParams) => await call({
      name: 'instances', intent: 'read', method: 'GET', path: `${instances}?${query.toString()}`, schema: listWire, failure: listFailure
    }),
    getInstance: async (id: string) => await call({
      name: 'instances/get', intent: 'read', method: 'GET', path: instance(id), schema: seenInstance
    }),
    act
  }
}
