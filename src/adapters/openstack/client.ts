import type { HttpResponse } from '../../upstream/http.ts'
import { callFailure, createFailure, listFailure, naming, type ToFailure } from './failures.ts'
import { serverIdOf } from './ids.ts'
import { seenServer } from './mapping.ts'
import { actionWire, consoleWire, createdWire, passwordWire, serverAnswerWire, serverListWire, snapshotMadeWire } from './schema.ts'
import { json, type OpenstackSend } from './send.ts'

export type OpenstackClient = ReturnType<typeof createClient>

const listWire = serverListWire(seenServer)
const answerWire = serverAnswerWire(seenServer)

/** An accepted action: Nova logs it under the id of the request. */
export interface Logged<T> {
  readonly answer: T
  readonly requestId: string | null
}

const logged = <T>(read: (response: HttpResponse) => T) => (response: HttpResponse): Logged<T> =>
  ({ answer: read(response), requestId: response.headers['x-openstack-request-id'] ?? null })

const nothing = (): null => null

/** One function for each endpoint of Nova about servers: docs.openstack.org/api-ref/compute */
export const createClient = (send: OpenstackSend) => ({ ...createActions(send), ...createCalls(send) })

const server = (id: string): string => `/servers/${serverIdOf(id)}`

function createActions (send: OpenstackSend) {
  const act = async <T>(id: string, body: object, read: (response: HttpResponse) => T, { assumed, toFailure = callFailure }: { readonly assumed: T, readonly toFailure?: ToFailure }) =>
    await send({
      name: `servers/${Object.keys(body)[0] ?? ''}`,
      method: 'POST',
      path: `${server(id)}/action`,
      body,
      read: logged(read),
      toFailure,
      assumed: { answer: assumed, requestId: null }
    })

  return {
    /** An action without an answer. */
    act: async (id: string, body: object, toFailure?: ToFailure) => await act<null>(id, body, nothing, { assumed: null, ...(toFailure === undefined ? {} : { toFailure }) }),
    /** Rebuild and rescue, which answer with a password. */
    actForPassword: async (id: string, body: object, toFailure?: ToFailure) =>
      await act<string | null>(id, body, json(passwordWire), { assumed: null, ...(toFailure === undefined ? {} : { toFailure }) }),
    createImage: async (id: string, name: string) => await act<string | null>(id, { createImage: { name } }, json(snapshotMadeWire), { assumed: null, toFailure: naming })
  }
}

function createCalls (send: OpenstackSend) {
  return {
    listServers: async (query: URLSearchParams, toFailure: ToFailure) => await send({
      name: 'servers', method: 'GET', path: `/servers/detail?${query.toString()}`, read: json(listWire), toFailure
    }),
    getServer: async (id: string) => (await send({
      name: 'servers/get', method: 'GET', path: server(id), read: json(answerWire)
    })).server,
    createServer: async (input: object) => await send({
      name: 'servers/create', method: 'POST', path: '/servers', body: { server: input }, read: json(createdWire), toFailure: createFailure, assumed: { id: '{id}', password: null }
    }),
    renameServer: async (id: string, name: string) => await send({
      name: 'servers/update', method: 'PUT', path: server(id), body: { server: { name } }, read: nothing, toFailure: naming, assumed: null
    }),
    deleteServer: async (id: string) => await send({
      name: 'servers/delete', method: 'DELETE', path: server(id), read: nothing, assumed: null
    }),
    openConsole: async (id: string, protocol: string, type: string) => (await send({
      name: 'servers/remote-consoles',
      method: 'POST',
      path: `${server(id)}/remote-consoles`,
      body: { remote_console: { protocol, type } },
      read: json(consoleWire),
      assumed: { remote_console: { type, url: '{url}' } }
    })).remote_console,
    getAction: async (id: string, requestId: string) => (await send({
      name: 'servers/os-instance-actions',
      method: 'GET',
      path: `${server(id)}/os-instance-actions/${encodeURIComponent(requestId)}`,
      read: json(actionWire),
      toFailure: listFailure
    })).instanceAction,
    attachInterface: async (id: string, input: object, toFailure: ToFailure) => await send({
      name: 'servers/os-interface', method: 'POST', path: `${server(id)}/os-interface`, body: { interfaceAttachment: input }, read: nothing, toFailure, assumed: null
    }),
    detachInterface: async (id: string, port: string) => await send({
      name: 'servers/os-interface', method: 'DELETE', path: `${server(id)}/os-interface/${encodeURIComponent(port)}`, read: nothing, assumed: null
    })
  }
}
