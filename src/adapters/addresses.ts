import { BlockList, isIP } from 'node:net'
import type { Address } from '../domain/server.js'

const privateRanges = new BlockList()
privateRanges.addSubnet('10.0.0.0', 8)
privateRanges.addSubnet('172.16.0.0', 12)
privateRanges.addSubnet('192.168.0.0', 16)
privateRanges.addSubnet('100.64.0.0', 10)
privateRanges.addSubnet('169.254.0.0', 16)
privateRanges.addSubnet('fc00::', 7, 'ipv6')
privateRanges.addSubnet('fe80::', 10, 'ipv6')

/** A vendor's address text (a `/prefix` is cut off and kept) as ours; null for what is no address. The scope is told by the range unless given. */
export function addressOf (text: string | null | undefined, facts: Partial<Omit<Address, 'address' | 'family'>> = {}): Address | null {
  const [address = '', prefix] = (text ?? '').trim().split('/')
  const version = isIP(address)
  if (version !== 4 && version !== 6) return null
  return {
    address,
    family: version,
    scope: privateRanges.check(address, version === 4 ? 'ipv4' : 'ipv6') ? 'private' : 'public',
    prefix_length: prefix !== undefined && /^\d{1,3}$/.test(prefix) ? Number(prefix) : null,
    gateway: null,
    primary: false,
    ...facts
  }
}

/** 255.255.255.0 → 24; null for what is no netmask. */
export function prefixOfNetmask (netmask: string | null | undefined): number | null {
  if (netmask === null || netmask === undefined || isIP(netmask) !== 4) return null
  const bits = netmask.split('.').map(octet => Number(octet).toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null
}
