import { addressesFrom } from '../kit/addresses.ts'
import { parseJson } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { begin } from './actions.ts'
import { notFound, ok, problem, withServer, type Call, type Handler } from './call.ts'
import type { Instance } from './instance.ts'
import type { StoredSubnet } from './seed.ts'

/** One level of the tree; the top level has an empty parent. */
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
  const isEarly = ({ releasedAt }: StoredSubnet): boolean => world.now() - releasedAt < world.behavior.moveMs
  const parents = new Set([...world.subnets.values()].map(({ parentId }) => parentId))
  if (found.some(({ row }) => parents.has(row.id))) return badBody(call, 'The subnet is divided')
  if (found.some(({ row }) => row.metadata.switch.instanceId !== undefined)) return conflict(call, 'The subnet is routed already')
  if (found.some(isEarly)) return conflict(call, 'The subnet is still being released')
  return ok(begin(world, { instanceId: server.id, entityType: 'ipv4', group: '', action: 'route' }, () => {
    for (const { row } of found) {
      row.metadata.switch = { instanceId: server.id }
      server.network.v4.additionalIps = [...server.network.v4.additionalIps, ...addressesFrom(row.address, row.lastAddress)]
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
