import { buildInstance, noNetwork, sourceFor, type NewInstance } from './instance.ts'
import type { Instance } from './wire.ts'

/** More than one page of the vendor's default 200. */
const seededRows = 230
const first = { id: 337_210, step: 3 }

const row = (number: number, status: string, more: Partial<NewInstance> = {}): Instance => buildInstance({
  id: first.id + number * first.step,
  number,
  status,
  source: sourceFor(number),
  vcpu: 1 + number % 4,
  memory: 512 * (1 + number % 8),
  disk: 10 * (1 + number % 6),
  billing: { startDate: 1580515200 + number * 86_400 },
  ...more
})

/** The one listing row that the vendor printed; only its password is replaced. */
function printedSample (): Instance {
  const server = row(0, 'running', {
    id: 312_019,
    hostname: 'hhVyA97bBk',
    vcpu: 1,
    memory: 512,
    disk: 10,
    billing: { invoiceId: 684_282, price: 0, startDate: 1613174400 }
  })
  Object.assign(server.network.v4, { ipaddress: '2.58.28.45', gateway: '2.58.28.1' })
  Object.assign(server.network.v6, { ipaddress: '2a03:fbc6:1:829a::', gateway: '2a03:fbc6:1:8000:8000::1' })
  return server
}

function withoutV6 (): Instance {
  const server = row(1, 'stopped', {
    id: 312_020,
    hostname: 'web-02.example.net',
    source: sourceFor(0),
    vcpu: 2,
    memory: 2048,
    disk: 20,
    billing: { invoiceId: 684_282, price: 0, startDate: 1613174400 }
  })
  Object.assign(server.network.v4, { ipaddress: '203.0.113.20', gateway: '203.0.113.1', additionalIps: ['203.0.113.21'] })
  server.network.v6 = noNetwork()
  return server
}

/** The server of the routing sample; its second extra address is the routed subnet. */
function withTwoExtraAddresses (): Instance {
  const server = row(2, 'running', { id: 337_201, hostname: 'edge-01.example.net', source: sourceFor(0) })
  server.network.v4.additionalIps = ['203.0.113.22', '185.194.29.0']
  server.backup = 2
  return server
}

const changed = (server: Instance, changes: Partial<Instance>): Instance => Object.assign(server, changes)

const cancelling = (server: Instance, type: string): Instance => {
  server.billing.cancellationRequest = { type, created: 1625011200, termination: 1627257600, reason: 'not needed any more' }
  return server
}

/** Rows in the older form carry plain ids inside the template. */
function withPlainTemplate (): Instance {
  const server = row(17, 'running')
  const { template } = server
  if (template === null) return server
  return changed(server, { template: { ...template, locationId: server.location.id, instanceTypeId: server.instanceType.id } })
}

function withoutAddress (): Instance {
  const server = row(6, 'pending')
  server.network.v4.ipaddress = ''
  server.network.v6 = noNetwork()
  return server
}

const oddRows = (): Instance[] => [
  printedSample(),
  withoutV6(),
  withTwoExtraAddresses(),
  changed(row(3, 'running'), { template: null }),
  changed(row(4, 'running'), { iso: { id: 'c0ffee00-0000-4000-8000-000000000001', name: 'systemrescue-8.03.iso' } }),
  changed(row(5, 'running', { hostname: 'rescued' }), { inRescueMode: true }),
  withoutAddress(),
  row(7, 'suspended', { billing: { status: 'suspended', invoiceStatus: 'Unpaid' } }),
  row(8, 'running', { billing: { status: 'suspended', invoiceStatus: 'Unpaid' } }),
  cancelling(row(9, 'running'), 'Immediate'),
  cancelling(row(10, 'running'), 'End of Billing Period'),
  row(11, 'starting'),
  row(12, 'stopping'),
  row(13, 'rebooting'),
  row(14, 'installing'),
  row(15, 'error'),
  row(16, 'failed'),
  withPlainTemplate(),
  row(18, 'cancelled'),
  row(19, 'terminated'),
  row(20, 'migrating'),
  row(21, 'hibernated'),
  row(22, ''),
  row(23, 'Running', { hostname: 'twin' }),
  row(24, 'STOPPED', { hostname: 'twin' }),
  row(25, 'running', { billing: { type: { id: -1, name: 'hourly' }, hourlySpendingRate: 0.0138, price: 0 } }),
  changed(row(26, 'stopped'), { additionalDisk1: 50, additionalDisk8: 20, ip: 3, backup: 1 }),
  changed(row(27, 'running'), { cpuLimited: true, networkLimited: true })
]

const ordinaryStates = ['running', 'running', 'stopped', 'running', 'running', 'pending', 'running', 'stopped']

export function seedServers (): Instance[] {
  const odd = oddRows()
  const rest = Array.from({ length: seededRows - odd.length }, (_, index) =>
    row(odd.length + index, ordinaryStates[(odd.length + index) % ordinaryStates.length] ?? 'running'))
  return [...odd, ...rest]
}
