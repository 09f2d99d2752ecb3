import type { Upstream } from '../contract.js'
import { authorization } from './auth.js'
import { readAnswer, toRequest, type Endpoint } from './envelope.js'
import { listFailure } from './failures.js'
import { ownedBy, seenRow, seenServer } from './mapping.js'
import { acceptedPayload, serverPayload, serversPayload } from './schema.js'
import type { GlesysAccount } from './settings.js'

export type GlesysClient = ReturnType<typeof createClient>

// Made once: a schema compiles itself at its first use.
const listPayload = serversPayload(seenRow)
const detailsPayload = serverPayload(seenServer)

/** One function for each endpoint; the vendor's page: github.com/glesys/api-docs/wiki/API-Documentation */
export function createClient (account: GlesysAccount, upstream: Upstream) {
  const call = async <T>(intent: 'read' | 'write', endpoint: Endpoint<T>): Promise<T> => await upstream.send({
    name: endpoint.name,
    intent,
    build: token => toRequest(account, endpoint, authorization(account, token)),
    read: response => readAnswer(endpoint, response)
  })

  const act = async (name: string, values: Readonly<Record<string, string>>) =>
    await call('write', { name, arguments: values, payload: 'server', schema: acceptedPayload })

  return {
    list: async () => (await call('read', {
      name: 'server/list', payload: 'servers', schema: listPayload, failure: listFailure
    })).servers.map(seen => ownedBy(account.project, seen)),
    /** Without includestate nothing is told of power. */
    details: async (serverid: string) => ownedBy(account.project, (await call('read', {
      name: 'server/details',
      arguments: { serverid, includestate: 'yes' },
      payload: 'server',
      schema: detailsPayload
    })).server),
    start: async (serverid: string) => await act('server/start', { serverid }),
    stop: async (serverid: string, type: 'soft' | 'hard') => await act('server/stop', { serverid, type }),
    reboot: async (serverid: string) => await act('server/reboot', { serverid })
  }
}
