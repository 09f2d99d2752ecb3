import { pick, type Json } from '../kit/json.ts'
import {
  ok, reads, refuse, serverOf, textOf, truthOf, unknownServer, writes, type Answer, type Call, type Routes, type Run
} from './call.ts'
import { addressPrice, monthly } from './catalog.ts'
import type { Address, Pool, World } from './world.ts'

interface Range { readonly prefix: string, readonly from: number, readonly to: number }

/** Documentation ranges only; .1 is the gateway everywhere. */
const ranges = new Map<string, Range>([
  ['4 Falkenberg KVM', { prefix: '192.0.2.', from: 10, to: 250 }],
  ['4 Falkenberg VMware', { prefix: '198.51.100.', from: 10, to: 250 }],
  ['4 Stockholm KVM', { prefix: '203.0.113.', from: 10, to: 127 }],
  ['4 Stockholm VMware', { prefix: '203.0.113.', from: 128, to: 250 }],
  ['6 Falkenberg KVM', { prefix: '2001:db8:a::', from: 16, to: 65_000 }],
  ['6 Falkenberg VMware', { prefix: '2001:db8:b::', from: 16, to: 65_000 }],
  ['6 Stockholm KVM', { prefix: '2001:db8:c::', from: 16, to: 65_000 }],
  ['6 Stockholm VMware', { prefix: '2001:db8:d::', from: 16, to: 65_000 }]
])

/** The first free address of a range; none if all are in use. */
export function freeAddress (world: World, { ipversion, datacenter, platform }: Pool): string[] {
  const range = ranges.get(`${ipversion} ${datacenter} ${platform}`)
  if (range === undefined) return []
  for (let host = range.from; host <= range.to; host += 1) {
    const ipaddress = range.prefix + host.toString(ipversion === 4 ? 10 : 16)
    if (!world.addresses.has(ipaddress)) return [ipaddress]
  }
  return []
}

export function addAddress (world: World, ipaddress: string, facts: Omit<Address, 'ipaddress' | 'ptr'>): void {
  world.addresses.set(ipaddress, { ...facts, ipaddress, ptr: defaultPtr(ipaddress) })
}

const defaultPtr = (ipaddress: string): string => `${ipaddress.replace(/[.:]/g, '-')}-static.glesys.net.`

/** An address as the ip module returns it. */
function addressBody (address: Address): Json {
  const { ipaddress, ipversion, platform } = address
  const net = ipaddress.slice(0, ipaddress.lastIndexOf(ipversion === 4 ? '.' : ':') + 1)
  return {
    ...pick(address, 'ipaddress', 'ipversion', 'platform', 'datacenter', 'serverid', 'ptr'),
    netmask: ipversion === 4 ? '255.255.255.0' : null,
    broadcast: ipversion === 4 ? `${net}255` : null,
    gateway: ipversion === 4 ? `${net}1` : `${net}ffff`,
    nameservers: ['192.0.2.51', '192.0.2.52'],
    platforms: [platform],
    cost: monthly(addressPrice(ipversion)),
    reserved: 'yes',
    lockedtoaccount: 'no'
  }
}

/** An address of another project is a 404, unlike a server. */
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
  const rows = [...world.addresses.values()].filter(address => address.project === project &&
    (used === undefined || used === (address.serverid !== null)) &&
    (['serverid', 'ipversion', 'datacenter', 'platform'] as const).every(name => isSame(name, address)))
  return ok({ iplist: rows.map(addressBody) })
}

const add = onAddress((call, address) => {
  const server = serverOf(call)
  if (server === undefined) return unknownServer(call.world)
  if (address.serverid !== null) return refuse(400, 'The ip address is already in use.')
  const isUsable = server.datacenter === address.datacenter && server.platform === address.platform
  return isUsable ? changed(address, { serverid: server.serverid }) : refuse(400, 'The ip address cannot be used by this server.')
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
