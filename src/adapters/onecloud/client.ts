import { callFailure, getFailure, listFailure, type Tell } from './failures.ts'
import type { OnecloudSend } from './send.ts'
import { seenServer } from './mapping.ts'
import { acceptedWire, consoleWire, createdWire, serverAnswerWire, serverListWire } from './schema.ts'

export type OnecloudClient = ReturnType<typeof createClient>

/** Names are the kebab case of the vendor's `Perform…` methods. */
type ActionName =
  | 'start' | 'stop' | 'restart' | 'change-config' | 'resize-disk' | 'rebuild-root' | 'set-password' | 'start-rescue' | 'stop-rescue'
  | 'instance-snapshot' | 'instance-snapshot-reset' | 'associate-eip' | 'dissociate-eip'

interface ActionAsk {
  readonly input?: object
  readonly tell?: Tell
}

const listWire = serverListWire(seenServer)
const answerWire = serverAnswerWire(seenServer)

/** One function for each endpoint about servers; the vendor's pages: cloudpods.org/docs/development/apisdk, pkg/compute/models/guests.go */
export function createClient (send: OnecloudSend) {
  const server = (id: string): string => `/servers/${encodeURIComponent(id)}`

  return {
    listServers: async (query: URLSearchParams) => await send({
      name: 'servers', method: 'GET', path: `/servers?${query.toString()}`, schema: listWire, tell: listFailure
    }),
    /** Without a query string: any would turn on the filters of lists. Finds what is in the recycle bin, too. */
    getServer: async (id: string) => (await send({
      name: 'servers/get', method: 'GET', path: server(id), schema: answerWire, tell: getFailure
    })).server,
    /** Answers the id of the record, null where it can not be read. */
    createServer: async (input: object, tell: Tell) => await send({
      name: 'servers/create', method: 'POST', path: '/servers', body: { server: input }, schema: createdWire, tell, assumed: '{id}'
    }),
    updateServer: async (id: string, input: object, tell: Tell) => await send({
      name: 'servers/update', method: 'PUT', path: server(id), body: { server: input }, schema: acceptedWire, tell, assumed: { server: {} }
    }),
    /** Options count only in the query; a body is passed over, and the server would stay in the recycle bin. */
    deleteServer: async (id: string, query: '' | '?override_pending_delete=true') => await send({
      name: 'servers/delete', method: 'DELETE', path: `${server(id)}${query}`, schema: acceptedWire, tell: callFailure, assumed: { server: {} }
    }),
    act: async (id: string, action: ActionName, { input = {}, tell = callFailure }: ActionAsk = {}) => await send({
      name: `servers/${action}`,
      method: 'POST',
      path: `${server(id)}/${action}`,
      body: { server: input },
      schema: acceptedWire,
      tell,
      assumed: { server: {} }
    }),
    openConsole: async (id: string) => (await send({
      service: 'webconsole',
      name: 'webconsole/server',
      method: 'POST',
      path: `/webconsole/server/${encodeURIComponent(id)}`,
      body: {},
      schema: consoleWire,
      tell: callFailure,
      assumed: { webconsole: { access_url: '{url}', connect_params: null } }
    })).webconsole
  }
}
