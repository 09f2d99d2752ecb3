import type { AddressRow } from '../../domain/catalog.ts'
import { detailsPayload, ownPayload, type AddressPayload } from './addresses-schema.ts'
import type { GlesysSend } from './send.ts'
import type { Endpoint } from './envelope.ts'
import { addressFailure, listFailure } from './failures.ts'
import { attachMembers, detachMembers, ptrMembers } from './failures-members.ts'

export type AddressClient = ReturnType<typeof createAddressClient>

/** One function for each endpoint of the vendor's ip module. */
export function createAddressClient (send: GlesysSend) {
  const change = async (endpoint: Pick<Endpoint<AddressPayload>, 'name' | 'arguments' | 'failure' | 'members'>): Promise<AddressPayload> =>
    await send({ ...endpoint, payload: 'details', schema: detailsPayload, assumed: { address: null, ptr: null } })

  return {
    /** Without arguments: all addresses of the project. */
    listOwn: async (): Promise<readonly AddressRow[]> =>
      await send({ name: 'ip/listown', payload: 'iplist', schema: ownPayload, failure: listFailure }),
    listOfServer: async (serverid: string): Promise<readonly AddressRow[]> =>
      await send({ name: 'ip/listown', arguments: { serverid }, payload: 'iplist', schema: ownPayload }),
    add: async (ipaddress: string, serverid: string) =>
      await change({ name: 'ip/add', arguments: { ipaddress, serverid }, failure: addressFailure, members: attachMembers }),
    /** Without `release` the address stays with the project. */
    remove: async (ipaddress: string) =>
      await change({ name: 'ip/remove', arguments: { ipaddress }, members: detachMembers }),
    setPtr: async (ipaddress: string, data: string) =>
      await change({ name: 'ip/setptr', arguments: { ipaddress, data }, members: ptrMembers }),
    resetPtr: async (ipaddress: string) =>
      await change({ name: 'ip/resetptr', arguments: { ipaddress }, members: ptrMembers })
  }
}
