import { isIP } from 'node:net'
import { canonicalAddress } from '../../domain/address.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import type { Address, ServerFacts } from '../../domain/server.ts'

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

/** A row of an account's addresses; null if the text is not an address. */
export function addressRow (
  text: string | null | undefined, facts: Pick<AddressRow, 'id' | 'server_id'> & Partial<AddressRow>
): AddressRow | null {
  const { region = null, ptr = null, primary = null } = facts
  const address = addressOf(text, { ...facts, primary: primary ?? false })
  return address === null ? null : { ...address, id: facts.id, server_id: facts.server_id, region, ptr, primary }
}

/** A row for an address of a server's own record; without an id it stays with the server. */
export const serverAddressRow = ({ id, region }: ServerFacts, address: Address, facts: Partial<AddressRow> = {}): AddressRow =>
  ({ ...address, id: null, server_id: id, region: region?.id ?? null, ptr: null, ...facts })

/** The one spelling of an IP address; null for any other text, and for an address with a zone, which may not get into a path or filter. */
export const canonicalIp = (text: string): string | null => isIP(text) === 0 || text.includes('%') ? null : canonicalAddress(text)

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
