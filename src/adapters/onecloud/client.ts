import { callFailure, getFailure, listFailure, type ToFailure } from './failures.ts'
import type { OnecloudSend } from './send.ts'
import { seenServer } from './mapping.ts'
import { acceptedWire, consoleWire, createdWire, serverAnswerWire, serverListWire } from './schema.ts'

export type OnecloudClient = ReturnType<typeof createClient>

/** Names are the kebab case of the vendor's `Perform…` methods. */
type ActionName =
  | 'start' | 'stop' | 'restart' | 'change-config' | 'resize-disk' | 'rebuild-root' | 'set-password' | 'start-rescue' | 'stop-rescue'
  | 'syncstatus' | 'instance-snapshot' | 'instance-snapshot-reset' | 'associate-eip' | 'dissociate-eip'

interface ActionAsk {
  readonly input?: object
  readonly toFailure?: ToFailure
}

const listWire = serverListWire(seenServer)
const answerWire = serverAnswerWire(seenServer)

/** One function for each endpoint about servers; the vendor's pages: cloudpods.org/docs/development/apisdk, pkg/compute/models/guests.go */
export function createClient (send: OnecloudSend) {
  const server = (id: string): string => `/servers/${encodeURIComponent(id)}`

  return {
    listServers: async (query: URLSearchParams) => await send({
      name: 'servers', method: 'GET', path: `/servers?${query.toString()}`, schema: listWire, toFailure: listFailure
    }),
    /** Without a query string, which would turn on the list filters. Also finds servers in the recycle bin. */
    getServer: async (id: string) => (await send({
      name: 'servers/get', method: 'GET', path: server(id), schema: answerWire, toFailure: getFailure
    })).server,
    /** Returns the id of the record; null if it cannot be read. */
    createServer: async (input: object, toFailure: ToFailure) => await send({
      name: 'servers/create', method: 'POST', path: '/servers', body: { server: input }, schema: createdWire, toFailure, assumed: '{id}'
    }),
    updateServer: async (id: string, input: object, toFailure: ToFailure) => await send({
      name: 'servers/update', method: 'PUT', path: server(id), body: { server: input }, schema: acceptedWire, toFailure, assumed: { server: {} }
    }),
    /** The options must be in the query: a body is ignored, and the server would stay in the recycle bin. */
    deleteServer: async (id: string, query: '' | '?override_pending_delete=true') => await send({
      name: 'servers/delete', method: 'DELETE', path: `${server(id)}${query}`, schema: acceptedWire, toFailure: callFailure, assumed: { server: {} }
    }),
    act: async (id: string, action: ActionName, { input = {}, toFailure = callFailure }: ActionAsk = {}) => await send({
      name: `servers/${action}`,
      method: 'POST',
      path: `${server(id)}/${action}`,
      body: { server: input },
      schema: acceptedWire,
      toFailure,
      assumed: { server: {} }
    }),
    openConsole: async (id: string) => (await send({
      service: 'webconsole',
      name: 'webconsole/server',
      method: 'POST',
      path: `/webconsole/server/${encodeURIComponent(id)}`,
      body: {},
      schema: consoleWire,
      toFailure: callFailure,
      assumed: { webconsole: { access_url: '{url}', connect_params: null } }
    })).webconsole
  }
}
