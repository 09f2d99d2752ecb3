import type { AddressRow } from '../../domain/catalog.ts'
import type { SubnetWire } from './schema.ts'

/** A block of addresses: a routable subnet, or a level of the tree above it. */
export interface Subnet {
  readonly id: string
  /** Its first address. */
  readonly address: string
  readonly prefix: number
  readonly server: string | null
}

export const toSubnet = ({ id, address, cidr, metadata }: SubnetWire): Subnet =>
  ({ id, address: textOf(address), prefix: cidr, server: metadata?.switch?.instanceId ?? null })

const textOf = (address: number): string => [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')
const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** IPv4 only. */
export function holds (subnet: Subnet, address: string): boolean {
  const distance = numberOf(address) - numberOf(subnet.address)
  return distance >= 0 && distance < 2 ** (32 - subnet.prefix)
}

export const toAddressRow = ({ id, address, prefix, server }: Subnet): AddressRow => ({
  id,
  address,
  family: 4,
  scope: 'public',
  prefix_length: prefix,
  gateway: null,
  primary: false,
  server_id: server,
  region: null,
  ptr: null
})
