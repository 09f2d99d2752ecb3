import type { SimulatedReply } from '../simulator.ts'
import { begin } from './events.ts'
import { parseJson } from './fields.ts'
import { notFound, ok, problem, withServer, type Call, type Handler } from './replies.ts'
import { textOf } from './seed-subnets.ts'
import type { Instance, Subnet } from './wire.ts'
import type { StoredSubnet, World } from './world.ts'

/** One level of the tree; the top is asked for with an empty parent. */
export const listSubnets: Handler = call => {
  const { subnets } = call.world
  const parentId = call.request.query.get('parentUuid') ?? ''
  if (parentId !== '' && !subnets.has(parentId)) return notFound(call, 'Subnet')
  return ok({ data: [...subnets.values()].filter(subnet => subnet.parentId === parentId).map(({ row }) => row) })
}

/** The documented body is an object keyed "0", "1", …; the vendor's own script sent an array. */
function readIds (text: string): string[] | undefined {
  const parsed = parseJson(text)
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null) return undefined
  const entries = Object.entries(parsed.value)
  const ids = entries.flatMap(([key, id], index): string[] =>
    key === String(index) && typeof id === 'string' && /^[0-9a-f]{24}$/.test(id) ? [id] : [])
  return ids.length > 0 && ids.length === entries.length && new Set(ids).size === ids.length ? ids : undefined
}

type Chosen = { readonly found: StoredSubnet[] } | { readonly refusal: SimulatedReply }

function choose (call: Call): Chosen {
  const ids = readIds(call.request.body)
  if (ids === undefined) return { refusal: problem(call, { status: 400, detail: 'The list of subnets is not valid', context: ['body'] }) }
  const found = ids.flatMap(id => call.world.subnets.get(id) ?? [])
  return found.length === ids.length ? { found } : { refusal: notFound(call, 'Subnet') }
}

const isParent = (world: World, subnet: StoredSubnet): boolean =>
  [...world.subnets.values()].some(({ parentId }) => parentId === subnet.row.id)

const conflict = (call: Call, detail: string): SimulatedReply => problem(call, { status: 409, detail })

export const routeSubnets = withServer((call, server) => {
  const { world } = call
  const chosen = choose(call)
  if ('refusal' in chosen) return chosen.refusal
  const { found } = chosen
  if (found.some(subnet => isParent(world, subnet))) return problem(call, { status: 400, detail: 'The subnet is divided', context: ['body'] })
  if (found.some(({ row }) => row.metadata.switch.instanceId !== undefined)) return conflict(call, 'The subnet is routed already')
  if (found.some(({ releasedAt }) => world.now() - releasedAt < world.knobs.moveMs)) return conflict(call, 'The subnet is still being released')
  return ok(begin(world, { instanceId: server.id, entityType: 'ipv4', group: '', action: 'route' }, () => {
    for (const { row } of found) attach(server, row)
  }))
})

/** The path names the server that has the subnet now. */
export const releaseSubnets = withServer((call, server) => {
  const { world } = call
  const chosen = choose(call)
  if ('refusal' in chosen) return chosen.refusal
  const { found } = chosen
  if (found.some(({ row }) => row.metadata.switch.instanceId !== server.id)) return conflict(call, 'The subnet is not routed to this instance')
  for (const subnet of found) subnet.releasedAt = world.now()
  return ok(begin(world, { instanceId: server.id, entityType: 'ipv4', group: '', action: 'release' }, () => {
    for (const { row } of found) detach(server, row)
  }))
})

const addressesOf = ({ address, lastAddress }: Subnet): string[] =>
  Array.from({ length: lastAddress - address + 1 }, (_, index) => textOf(address + index))

function attach (server: Instance, row: Subnet): void {
  row.metadata.switch = { instanceId: server.id }
  server.network.v4.additionalIps.push(...addressesOf(row))
}

function detach (server: Instance, row: Subnet): void {
  const gone = new Set(addressesOf(row))
  row.metadata.switch = {}
  server.network.v4.additionalIps = server.network.v4.additionalIps.filter(address => !gone.has(address))
}
