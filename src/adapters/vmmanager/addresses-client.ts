import { ipWire } from './catalog-schema.ts'
import { findFailure, listFailure, pathFailure } from './failures.ts'
import { createReadAll } from './pages.ts'
import { actionWire, listWire } from './schema.ts'
import { where, type VmmanagerSend } from './send.ts'

export type AddressClient = ReturnType<typeof createAddressClient>

const ipsWire = listWire(ipWire)

const addressFailure = pathFailure('path.address')
const pointerFailure = pathFailure('path.address', new Map([['domain', 'body.ptr']]))
const noTask = { task: null, start_task: null }

/** One function for each endpoint of the addresses. */
export function createAddressClient (send: VmmanagerSend) {
  const readAll = createReadAll(send)
  return {
    listIps: async () => await readAll({ path: 'ip', schema: ipsWire }),
    findIp: async (condition: string) => await send({ name: 'ip', path: `/vm/v3/ip?${where(condition)}`, schema: ipsWire, toFailure: listFailure }),
    /** IPv4 only: the IPv6 endpoint returns an object without addresses. */
    listHostIps: async (id: string) => await readAll({
      path: `host/${encodeURIComponent(id)}/ipv4`, name: 'host/ipv4', schema: ipsWire, toFailure: findFailure
    }),
    deleteIp: async (ipId: string) => await send({
      name: 'ip/delete', method: 'DELETE', path: `/vm/v3/ip/${encodeURIComponent(ipId)}`, schema: actionWire, assumed: noTask, toFailure: addressFailure
    }),
    setPointer: async (ipId: string, domain: string) => await send({
      name: 'ip/ptr', path: `/vm/v3/ip/${encodeURIComponent(ipId)}/ptr`, body: { domain }, schema: actionWire, assumed: noTask, toFailure: pointerFailure
    }),
    deletePointer: async (hostId: string, address: string) => await send({
      name: 'host/ptr/delete',
      method: 'DELETE',
      path: `/vm/v3/host/${encodeURIComponent(hostId)}/ptr/${encodeURIComponent(address)}`,
      schema: actionWire,
      assumed: noTask,
      toFailure: addressFailure
    })
  }
}
