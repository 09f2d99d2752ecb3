import type { Seen } from '../../domain/list.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { parseRows, parseWire } from '../../upstream/read.ts'
import {
  addressFailure, attachMembers, createMembers, detachMembers, listFailure, orderFailure, ptrMembers, type MemberRow
} from './failures.ts'
import { acceptedPayload, detailsPayload, ownedBy, seenRow } from './mapping.ts'
import {
  addressesPayload, addressPayload, consolePayload, createdPayload, editedPayload, imagesPayload, networksPayload, regionsPayload,
  serversPayload, sshKeysPayload
} from './schema.ts'
import type { Arguments, Endpoint, GlesysSend } from './send.ts'

export type GlesysClient = ReturnType<typeof createClient>

/** One function for each endpoint; the vendor's page: github.com/glesys/api-docs/wiki/API-Documentation */
export const createClient = (project: string, send: GlesysSend) => ({
  ...createServerCalls(project, send),
  ...createAddressCalls(send),
  ...createCatalogCalls(send)
})

const readRows = async (payload: unknown, response: HttpResponse): Promise<Seen[]> =>
  await parseRows(seenRow, parseWire(serversPayload, payload, response).servers, response)

function createServerCalls (project: string, send: GlesysSend) {
  const act = async (name: string, values: Arguments) =>
    await send({ name, arguments: values, payload: 'server', schema: acceptedPayload, assumed: {} })

  return {
    list: async () => {
      const rows = await send({ name: 'server/list', payload: 'servers', readPayload: readRows, failure: listFailure })
      return rows.map(seen => ownedBy(project, seen))
    },
    /** The power state is returned only with includestate. */
    details: async (serverid: string) => ownedBy(project, (await send({
      name: 'server/details', arguments: { serverid, includestate: 'yes' }, payload: 'server', schema: detailsPayload
    })).server),
    start: async (serverid: string) => await act('server/start', { serverid }),
    stop: async (serverid: string, type: 'soft' | 'hard') => await act('server/stop', { serverid, type }),
    reboot: async (serverid: string) => await act('server/reboot', { serverid }),
    create: async (order: Arguments) => await send({
      name: 'server/create',
      arguments: order,
      payload: 'server',
      schema: createdPayload,
      assumed: { serverId: '{id}' },
      failure: orderFailure,
      members: createMembers
    }),
    /** Returns the server's new name, if the answer has it. */
    edit: async (serverid: string, changes: Arguments, members: readonly MemberRow[]) => await send({
      name: 'server/edit',
      arguments: { serverid, ...changes },
      payload: 'server',
      schema: editedPayload,
      assumed: { hostname: null },
      members
    }),
    /** `keepip` is mandatory: without it, addresses might stay and be billed. */
    destroy: async (serverid: string, keepip: boolean) =>
      await send({ name: 'server/destroy', arguments: { serverid, keepip }, schema: acceptedPayload, assumed: {} }),
    /** It creates a new link, so it is a write. */
    console: async (serverid: string) => await send({
      name: 'server/console',
      arguments: { serverid },
      payload: 'console',
      schema: consolePayload,
      assumed: { type: 'url', url: '{url}', expires_at: null }
    })
  }
}

type Change = Pick<Endpoint<unknown>, 'name' | 'arguments' | 'failure' | 'members'>

function createAddressCalls (send: GlesysSend) {
  const change = async (endpoint: Change) =>
    await send({ ...endpoint, payload: 'details', schema: addressPayload, assumed: { address: null, ptr: null } })

  return {
    /** Without arguments: all addresses of the project. */
    listAddresses: async () => await send({ name: 'ip/listown', payload: 'iplist', schema: addressesPayload, failure: listFailure }),
    listAddressesOf: async (serverid: string) =>
      await send({ name: 'ip/listown', arguments: { serverid }, payload: 'iplist', schema: addressesPayload }),
    addAddress: async (ipaddress: string, serverid: string) =>
      await change({ name: 'ip/add', arguments: { ipaddress, serverid }, failure: addressFailure, members: attachMembers }),
    /** Without `release` the address stays with the project. */
    removeAddress: async (ipaddress: string) => await change({ name: 'ip/remove', arguments: { ipaddress }, members: detachMembers }),
    setPtr: async (ipaddress: string, data: string) =>
      await change({ name: 'ip/setptr', arguments: { ipaddress, data }, members: ptrMembers }),
    resetPtr: async (ipaddress: string) => await change({ name: 'ip/resetptr', arguments: { ipaddress }, members: ptrMembers })
  }
}

/** None of them has pages. */
const createCatalogCalls = (send: GlesysSend) => ({
  templates: async () => await send({ name: 'server/templates', payload: 'templates', schema: imagesPayload, failure: listFailure }),
  /** The empty arguments make it a POST, the only method seen for it. */
  allowedArguments: async () =>
    await send({ name: 'server/allowedarguments', arguments: {}, payload: 'argumentslist', schema: regionsPayload, failure: listFailure }),
  sshKeys: async () => await send({ name: 'sshkey/list', payload: 'sshkeys', schema: sshKeysPayload, failure: listFailure }),
  networks: async () => await send({ name: 'network/list', payload: 'networks', schema: networksPayload, failure: listFailure })
})
