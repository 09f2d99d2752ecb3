import { toNumber } from '../kit/addresses.ts'

const blockId = '60bde87f311fc2ed1f6aea00'
const halfId = '60bde87f311fc2ed1f6aeb00'
const sliceId = '60bde87f311fc2ed1f6aeb10'

/** Addresses are unsigned 32-bit integers; `metadata.switch` is empty unless the subnet is routed, the parent of a top block too. */
function subnet (id: string, parentId: string, cidr: string, instanceId?: number) {
  const [address = '', bits] = cidr.split('/')
  const start = toNumber(address)
  const metadata: { switch: { instanceId?: number } } = { switch: instanceId === undefined ? {} : { instanceId } }
  const row = { id, address: start, lastAddress: start + 2 ** (32 - Number(bits)) - 1, cidr: Number(bits), metadata }
  return { parentId, releasedAt: -Infinity, row }
}

export type StoredSubnet = ReturnType<typeof subnet>

/** A tree: nothing is found without descending to it. */
export const seedSubnets = (): StoredSubnet[] => [
  subnet(blockId, '', '185.194.29.0/24'),
  subnet(halfId, '', '203.0.113.128/25'),
  subnet('60bde87f311fc2ed1f6aeac9', blockId, '185.194.29.0/32', 337_201),
  subnet('60bde87f311fc2ed1f6aeacb', blockId, '185.194.29.1/32'),
  subnet('60bde87f311fc2ed1f6aeacd', blockId, '185.194.29.2/32'),
  subnet(sliceId, halfId, '203.0.113.128/28'),
  subnet('60bde87f311fc2ed1f6aeb20', halfId, '203.0.113.144/29'),
  ...Array.from({ length: 16 }, (_, index) =>
    subnet(`60bde87f311fc2ed1f6aec${(16 + index).toString(16)}`, sliceId, `203.0.113.${128 + index}/32`))
]
