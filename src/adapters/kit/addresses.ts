import { isIP } from 'node:net'
import type { Address } from '../../domain/server.ts'

/** Ranges without public routing: RFC 1918, 6598, 3927, 4193 and 4291. */
const privateV4 = /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/
const privateV6 = /^(f[cd][\da-f]{2}|fe[89ab][\da-f]):/i

/**
 * A vendor's address text, with or without `/prefix`, as ours; null if it is not an address. The scope follows from the range
 * unless given.
 */
export function addressOf (text: string | null | undefined, facts?: Partial<Omit<Address, 'address' | 'family'>>): Address | null {
  const trimmed = (text ?? '').trim()
  const slash = trimmed.indexOf('/')
  const address = slash < 0 ? trimmed : trimmed.slice(0, slash)
  const version = isIP(address)
  if (version !== 4 && version !== 6) return null
  return {
    address,
    family: version,
    scope: facts?.scope ?? ((version === 4 ? privateV4 : privateV6).test(address) ? 'private' : 'public'),
    prefix_length: facts?.prefix_length ?? (slash < 0 ? null : prefixLengthOf(trimmed.slice(slash + 1))),
    gateway: facts?.gateway ?? null,
    primary: facts?.primary ?? false
  }
}

const prefixLengthOf = (text: string): number | null => /^\d{1,3}$/.test(text) ? Number(text) : null

/** 255.255.255.0 → 24; null if it is not a netmask. */
export function prefixOfNetmask (netmask: string | null | undefined): number | null {
  if (netmask === null || netmask === undefined || isIP(netmask) !== 4) return null
  const bits = netmask.split('.').map(octet => Number(octet).toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null
}

/** The IPv4 network of an address and a prefix length; null if either is invalid. */
export function cidrOf (address: string | null | undefined, length: number | null | undefined): string | null {
  if (typeof address !== 'string' || isIP(address) !== 4) return null
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > 32) return null
  const bits = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const size = 2 ** (32 - length)
  const network = bits - bits % size
  return `${[24, 16, 8, 0].map(shift => Math.floor(network / 2 ** shift) % 256).join('.')}/${length}`
}
