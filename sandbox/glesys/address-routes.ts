import {
  ok, reads, refuse, serverOf, textOf, truthOf, unknownServer, writes, type Answer, type Call, type Routes, type Run
} from './call.ts'
import { addressBody, defaultPtr } from './pools.ts'
import type { Address } from './world.ts'

/** An address that this project does not hold is a 404, unlike a server. */
const onAddress = (change: (call: Call, address: Address) => Answer): Run => call => {
  const address = call.world.addresses.get(textOf(call.args, 'ipaddress')?.toLowerCase() ?? '')
  if (address?.project !== call.project) return refuse(404, 'Could not find the ip address.')
  return change(call, address)
}

const changed = (address: Address, change: Partial<Address>): Answer => ok({ details: addressBody(Object.assign(address, change)) })

function listOwn ({ world, args, project }: Call): Answer {
  const used = truthOf(args, 'used')
  const isSame = (name: 'serverid' | 'ipversion' | 'datacenter' | 'platform', address: Address): boolean =>
    (textOf(args, name) ?? '') === '' || textOf(args, name) === String(address[name])
  const mine = [...world.addresses.values()].filter(address => address.project === project &&
    (used === undefined || used === (address.serverid !== null)) &&
    (['serverid', 'ipversion', 'datacenter', 'platform'] as const).every(name => isSame(name, address)))
  return ok({ iplist: mine.map(addressBody) })
}

const add = onAddress((call, address) => {
  const server = serverOf(call)
  if (server === undefined) return unknownServer(call.world)
  if (address.serverid !== null) return refuse(400, 'The ip address is already in use.')
  const isNear = server.datacenter === address.datacenter && server.platform === address.platform
  return isNear ? changed(address, { serverid: server.serverid }) : refuse(400, 'The ip address cannot be used by this server.')
})

const remove = onAddress((_call, address) =>
  address.serverid === null ? refuse(400, 'The ip address is not in use.') : changed(address, { serverid: null }))

const setPtr = onAddress((call, address) => {
  const data = textOf(call.args, 'data') ?? ''
  const isName = /^(?=.{3,254}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*\.?$/i.test(data)
  return isName ? changed(address, { ptr: data.endsWith('.') ? data : `${data}.` }) : refuse(400, 'The data format is invalid.')
})

const resetPtr = onAddress((_call, address) => changed(address, { ptr: defaultPtr(address.ipaddress) }))

export const addressRoutes: Routes = {
  'ip/listown': reads([], listOwn),
  'ip/add': writes(['ipaddress', 'serverid'], add),
  'ip/remove': writes(['ipaddress'], remove),
  'ip/setptr': writes(['ipaddress', 'data'], setPtr),
  'ip/resetptr': writes(['ipaddress'], resetPtr)
}
