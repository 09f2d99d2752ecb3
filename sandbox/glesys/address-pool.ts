import { addressPrice, monthly } from './catalogue.ts'
import type { Address, Platform, World } from './world.ts'

export interface Pool { readonly ipversion: 4 | 6, readonly datacenter: string, readonly platform: Platform }

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

/** The first `limit` addresses that nobody holds. */
export function freeAddresses (world: World, pool: Pool, limit: number): string[] {
  const range = ranges.get(`${pool.ipversion} ${pool.datacenter} ${pool.platform}`)
  const found: string[] = []
  if (range === undefined) return found
  for (let host = range.from; host <= range.to && found.length < limit; host += 1) {
    const ipaddress = range.prefix + host.toString(pool.ipversion === 4 ? 10 : 16)
    if (!world.addresses.has(ipaddress)) found.push(ipaddress)
  }
  return found
}

/** The pool in which an address is free, if it is. */
export function poolWithFree (world: World, ipaddress: string): Pool | undefined {
  if (world.addresses.has(ipaddress)) return undefined
  for (const [name, range] of ranges) {
    const [version, datacenter = '', platform] = name.split(' ')
    const ipversion = version === '4' ? 4 : 6
    const host = Number.parseInt(ipaddress.slice(range.prefix.length), ipversion === 4 ? 10 : 16)
    const same = range.prefix + host.toString(ipversion === 4 ? 10 : 16) === ipaddress
    if (same && host >= range.from && host <= range.to) return { ipversion, datacenter, platform: platform === 'KVM' ? 'KVM' : 'VMware' }
  }
  return undefined
}

export function hold (world: World, ipaddress: string, holder: Pool & { project: string, serverid: string | null }): Address {
  const address = { ...holder, ipaddress, ptr: defaultPtr(ipaddress) }
  world.addresses.set(ipaddress, address)
  return address
}

export const defaultPtr = (ipaddress: string): string => `${ipaddress.replace(/[.:]/g, '-')}-static.glesys.net.`

/** What the ip module sends of one address. */
export function addressBody (address: Address): Record<string, unknown> {
  const { ipaddress, ipversion, platform, datacenter, serverid, ptr } = address
  const net = ipaddress.slice(0, ipaddress.lastIndexOf(ipversion === 4 ? '.' : ':') + 1)
  return {
    ipaddress,
    netmask: ipversion === 4 ? '255.255.255.0' : null,
    broadcast: ipversion === 4 ? `${net}255` : null,
    gateway: ipversion === 4 ? `${net}1` : `${net}ffff`,
    nameservers: ['192.0.2.51', '192.0.2.52'],
    platform,
    platforms: [platform],
    cost: monthly(addressPrice(ipversion)),
    datacenter,
    ipversion,
    serverid,
    reserved: 'yes',
    lockedtoaccount: 'no',
    ptr
  }
}
