import { pick, type Json } from '../kit/json.ts'
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

/** The first address that is in no use; none when the range is used up. */
export function freeAddress (world: World, { ipversion, datacenter, platform }: Pool): string[] {
  const range = ranges.get(`${ipversion} ${datacenter} ${platform}`)
  if (range === undefined) return []
  for (let host = range.from; host <= range.to; host += 1) {
    const ipaddress = range.prefix + host.toString(ipversion === 4 ? 10 : 16)
    if (!world.addresses.has(ipaddress)) return [ipaddress]
  }
  return []
}

export function hold (world: World, ipaddress: string, holder: Omit<Address, 'ipaddress' | 'ptr'>): void {
  world.addresses.set(ipaddress, { ...holder, ipaddress, ptr: defaultPtr(ipaddress) })
}

export const defaultPtr = (ipaddress: string): string => `${ipaddress.replace(/[.:]/g, '-')}-static.glesys.net.`

/** What the ip module sends of one address. */
export function addressBody (address: Address): Json {
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
