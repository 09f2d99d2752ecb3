import type { Subnet } from './wire.ts'

export interface SeededSubnet {
  readonly row: Subnet
  /** Empty for a top block. */
  readonly parentId: string
}

const blockId = '60bde87f311fc2ed1f6aea00'
const halfId = '60bde87f311fc2ed1f6aeb00'
const sliceId = '60bde87f311fc2ed1f6aeb10'

const numberOf = (address: string): number =>
  address.split('.').reduce((total, part) => total * 256 + Number(part), 0)

export const textOf = (address: number): string =>
  [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')

function subnet (id: string, parentId: string, address: string, cidr: number): SeededSubnet {
  const start = numberOf(address)
  return { parentId, row: { id, address: start, lastAddress: start + 2 ** (32 - cidr) - 1, cidr, metadata: { switch: {} } } }
}

const routed = (seeded: SeededSubnet, instanceId: number): SeededSubnet =>
  ({ ...seeded, row: { ...seeded.row, metadata: { switch: { instanceId } } } })

/** A tree: nothing is found without descending to it. */
export const seedSubnets = (): SeededSubnet[] => [
  subnet(blockId, '', '185.194.29.0', 24),
  subnet(halfId, '', '203.0.113.128', 25),
  routed(subnet('60bde87f311fc2ed1f6aeac9', blockId, '185.194.29.0', 32), 337_201),
  subnet('60bde87f311fc2ed1f6aeacb', blockId, '185.194.29.1', 32),
  subnet('60bde87f311fc2ed1f6aeacd', blockId, '185.194.29.2', 32),
  subnet(sliceId, halfId, '203.0.113.128', 28),
  subnet('60bde87f311fc2ed1f6aeb20', halfId, '203.0.113.144', 29),
  ...Array.from({ length: 16 }, (_, index) =>
    subnet(`60bde87f311fc2ed1f6aec${(16 + index).toString(16)}`, sliceId, `203.0.113.${128 + index}`, 32))
]
