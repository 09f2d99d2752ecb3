import { addressesFrom, toNumber } from '../kit/addresses.ts'
import { parseJson } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { begin } from './actions.ts'
import { notFound, ok, problem, withServer, type Call, type Handler } from './call.ts'
import type { Instance, Subnet } from './wire.ts'

export interface StoredSubnet {
  readonly row: Subnet
  /** Empty for a top block. */
  readonly parentId: string
  releasedAt: number
}

const blockId = '60bde87f311fc2ed1f6aea00'
const halfId = '60bde87f311fc2ed1f6aeb00'
const sliceId = '60bde87f311fc2ed1f6aeb10'

function subnet (id: string, parentId: string, cidr: string, instanceId?: number): StoredSubnet {
  const [address = '', bits] = cidr.split('/')
  const start = toNumber(address)
  const lastAddress = start + 2 ** (32 - Number(bits)) - 1
  const metadata = { switch: instanceId === undefined ? {} : { instanceId } }
  return { parentId, releasedAt: -Infinity, row: { id, address: start, lastAddress, cidr: Number(bits), metadata } }
}

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

/** One level of the tree; the top is asked for with an empty parent. */
export const listSubnets: Handler = call => {
  const { subnets } = call.world
  const parent = call.request.query.get('parentUuid') ?? ''
  if (parent !== '' && !subnets.has(parent)) return notFound(call, 'Subnet')
  return ok({ data: [...subnets.values()].filter(({ parentId }) => parentId === parent).map(({ row }) => row) })
}

/** The documented body is an object keyed "0", "1", …; the vendor's own script sent an array. */
function readIds (text: string): string[] {
  const parsed = parseJson(text)
  const entries = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []
  const ids = entries.flatMap(([key, id], index): string[] =>
    key === String(index) && typeof id === 'string' && /^[0-9a-f]{24}$/.test(id) ? [id] : [])
  return ids.length === entries.length && new Set(ids).size === ids.length ? ids : []
}

const conflict = (call: Call, detail: string): SimulatedReply => problem(call, { status: 409, detail })
const badBody = (call: Call, detail: string): SimulatedReply => problem(call, { status: 400, detail, context: ['body'] })

type SubnetHandler = (call: Call, server: Instance, subnets: readonly StoredSubnet[]) => SimulatedReply

const withSubnets = (run: SubnetHandler): Handler => withServer((call, server) => {
  const ids = readIds(call.request.body)
  if (ids.length === 0) return badBody(call, 'The list of subnets is not valid')
  const found = ids.flatMap(id => call.world.subnets.get(id) ?? [])
  return found.length === ids.length ? run(call, server, found) : notFound(call, 'Subnet')
})

export const routeSubnets = withSubnets((call, server, found) => {
  const { world } = call
  const isEarly = ({ releasedAt }: StoredSubnet): boolean => world.now() - releasedAt < world.knobs.moveMs
  const parents = new Set([...world.subnets.values()].map(({ parentId }) => parentId))
  if (found.some(({ row }) => parents.has(row.id))) return badBody(call, 'The subnet is divided')
  if (found.some(({ row }) => row.metadata.switch.instanceId !== undefined)) return conflict(call, 'The subnet is routed already')
  if (found.some(isEarly)) return conflict(call, 'The subnet is still being released')
  return ok(begin(world, { instanceId: server.id, entityType: 'ipv4', group: '', action: 'route' }, () => {
    for (const { row } of found) {
      row.metadata.switch = { instanceId: server.id }
      server.network.v4.additionalIps.push(...addressesFrom(row.address, row.lastAddress))
    }
  }))
})

/** The path names the server that has the subnet now. */
export const releaseSubnets = withSubnets((call, server, found) => {
  const { world } = call
  const isElsewhere = ({ row }: StoredSubnet): boolean => row.metadata.switch.instanceId !== server.id
  if (found.some(isElsewhere)) return conflict(call, 'The subnet is not routed to this instance')
  for (const released of found) released.releasedAt = world.now()
  return ok(begin(world, { instanceId: server.id, entityType: 'ipv4', group: '', action: 'release' }, () => {
    for (const { row } of found) {
      row.metadata.switch = {}
      const gone = new Set(addressesFrom(row.address, row.lastAddress))
      server.network.v4.additionalIps = server.network.v4.additionalIps.filter(address => !gone.has(address))
    }
  }))
})
