import { toNumber } from '../kit/addresses.ts'
import { buildInstance, noNetwork, sourceFor, type Instance, type NewInstance } from './instance.ts'

/** More than one page of the vendor's default 200. */
const seededRows = 230
const first = { id: 337_210, step: 3 }

const row = (number: number, status: string, { billing, ...more }: Partial<NewInstance> = {}): Instance => buildInstance({
  ...{ id: first.id + number * first.step, number, status, source: sourceFor(number) },
  ...{ vcpu: 1 + number % 4, memory: 512 * (1 + number % 8), disk: 10 * (1 + number % 6) },
  billing: { startDate: 1580515200 + number * 86_400, ...billing },
  ...more
})

const withNetwork = (server: Instance, v4: Partial<Instance['network']['v4']>, v6: Partial<Instance['network']['v6']> = {}): Instance => {
  Object.assign(server.network.v4, v4)
  Object.assign(server.network.v6, v6)
  return server
}

const old = { invoiceId: 684_282, price: 0, startDate: 1613174400 }
const printed = { id: 312_019, hostname: 'hhVyA97bBk', vcpu: 1, memory: 512, disk: 10, billing: old }
const web = { id: 312_020, hostname: 'web-02.example.net', source: sourceFor(0), vcpu: 2, memory: 2048, disk: 20, billing: old }

const cancelling = (number: number, type: string): Instance => row(number, 'running', {
  billing: { cancellationRequest: { type, created: 1625011200, termination: 1627257600, reason: 'not needed any more' } }
})

/** Rows in the older form carry plain ids inside the template. */
const plainTemplate = (number: number): Partial<NewInstance> => {
  const { template, location, type } = sourceFor(number)
  return { template: { ...template, locationId: location.id, instanceTypeId: type.id } }
}

const unpaid = { billing: { status: 'suspended', invoiceStatus: 'Unpaid' } }
const systemRescue = { id: 'c0ffee00-0000-4000-8000-000000000001', name: 'systemrescue-8.03.iso' }

const oddRows = (): Instance[] => [
  // The one listing row that the vendor printed; only its password is replaced.
  withNetwork(row(0, 'running', printed), { ipaddress: '2.58.28.45', gateway: '2.58.28.1' },
    { ipaddress: '2a03:fbc6:1:829a::', gateway: '2a03:fbc6:1:8000:8000::1' }),
  withNetwork(row(1, 'stopped', web), { ipaddress: '203.0.113.20', gateway: '203.0.113.1', additionalIps: ['203.0.113.21'] }, noNetwork()),
  // The server of the routing sample; its second extra address is the routed subnet.
  withNetwork(row(2, 'running', { id: 337_201, hostname: 'edge-01.example.net', source: sourceFor(0), backup: 2 }),
    { additionalIps: ['203.0.113.22', '185.194.29.0'] }),
  row(3, 'running', { template: null }),
  row(4, 'running', { iso: systemRescue }),
  row(5, 'running', { hostname: 'rescued', inRescueMode: true }),
  withNetwork(row(6, 'pending'), { ipaddress: '' }, noNetwork()),
  row(7, 'suspended', unpaid),
  row(8, 'running', unpaid),
  cancelling(9, 'Immediate'),
  cancelling(10, 'End of Billing Period'),
  ...['starting', 'stopping', 'rebooting', 'installing', 'error', 'failed'].map((status, index) => row(11 + index, status)),
  row(17, 'running', plainTemplate(17)),
  ...['cancelled', 'terminated', 'migrating', 'hibernated', ''].map((status, index) => row(18 + index, status)),
  row(23, 'Running', { hostname: 'twin' }),
  row(24, 'STOPPED', { hostname: 'twin' }),
  row(25, 'running', { billing: { type: { id: -1, name: 'hourly' }, hourlySpendingRate: 0.0138, price: 0 } }),
  row(26, 'stopped', { additionalDisk1: 50, additionalDisk8: 20, ip: 3, backup: 1 }),
  row(27, 'running', { cpuLimited: true, networkLimited: true })
]

const ordinaryStates = ['running', 'running', 'stopped', 'running', 'running', 'pending', 'running', 'stopped']

export function seedServers (): Instance[] {
  const odd = oddRows()
  const rest = Array.from({ length: seededRows - odd.length }, (_, index) =>
    row(odd.length + index, ordinaryStates[(odd.length + index) % ordinaryStates.length] ?? 'running'))
  return [...odd, ...rest]
}

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
