import type { SimulatedReply } from '../simulator.ts'
import { inScope, type Call, type Route } from './call.ts'
import { mayUseNetwork, ownerOf, projectOf } from './catalogue-view.ts'
import { check, integer, readForm, related, text } from './fields.ts'
import { requireOpenstack } from './lifecycle.ts'
import { answerList, type Listing } from './lists.ts'
import { requirePermission } from './permissions.ts'
import { goneReply, invalid, madeReply, notFound, ok, refuse } from './replies.ts'
import type { FloatingIp } from './records.ts'
import { newUuid, timeNow, type World } from './world.ts'

const listing = (world: World): Listing<FloatingIp> => ({
  fields: new Map([
    ['id', { kind: 'text', read: row => row.id }],
    ['floating_ip_address', { kind: 'text', read: row => row.floating_ip_address }],
    ['floating_network', { kind: 'text', read: row => row.network }],
    ['region', { kind: 'text', read: row => world.networks.get(row.network)?.region ?? null }],
    ['created_at', { kind: 'time', read: row => row.created_at }]
  ]),
  plain: ['floating_ip_address', 'floating_network', 'region'],
  matches: (row, term) => row.floating_ip_address.includes(term) || row.description.toLowerCase().includes(term),
  orderable: ['floating_ip_address', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'floatingips'
})

function view (world: World, row: FloatingIp): Record<string, unknown> {
  const network = world.networks.get(row.network)
  const held = row.held === null ? undefined : world.instances.get(row.held.instance)
  return {
    id: row.id,
    floating_network: { id: row.network, name: network?.name ?? '', region: network?.region ?? null },
    port: row.held === null ? null : { id: row.held.port, name: '' },
    router: row.held === null ? null : { id: 'aa000000-0000-4000-8000-000000000001', name: 'r1' },
    associated_object: held === undefined ? null : { device_type: 'instance', id: held.id, name: held.name },
    client: ownerOf(world, row.client),
    floating_ip_address: row.floating_ip_address,
    status: row.held === null ? 'DOWN' : 'ACTIVE',
    description: row.description,
    fixed_ip_address: row.held?.fixed ?? null,
    created_at: row.created_at,
    updated_at: row.updated_at,
    project: projectOf(world, row.client)
  }
}

const visible = (call: Call): FloatingIp[] => [...call.world.floatingIps.values()].filter(row => inScope(call, row.client))

function find (call: Call): FloatingIp {
  const row = visible(call).find(candidate => candidate.id === call.id)
  if (row === undefined) throw notFound()
  return row
}

/** Staff say for whom; end users get it themselves. */
function create (call: Call): SimulatedReply {
  const { world } = call
  requirePermission(call, 'floatingips.create')
  const form = readForm(call.request)
  const client = call.api === 'staff' ? integer(form, 'client', 'required') : world.endUserClient
  if (client !== undefined && !world.clients.has(client)) form.errors['client'] = [`Invalid pk "${client}" - object does not exist.`]
  const network = related(form, 'floating_network', key => {
    const found = world.networks.get(key)
    return found?.router_external === true && mayUseNetwork(found, client ?? null) ? found : undefined
  })
  const description = text(form, 'description', 'required')
  check(form)
  if (client === undefined || network === undefined) throw invalid(form.errors)
  requireOpenstack(world)
  const row: FloatingIp = {
    id: newUuid(world, 'c0ffee01'),
    floating_ip_address: freeAddress(world),
    network: network.id,
    client,
    description: description ?? '',
    created_at: timeNow(world),
    updated_at: timeNow(world),
    held: null
  }
  world.floatingIps.set(row.id, row)
  return madeReply(view(world, row))
}

function freeAddress (world: World): string {
  const taken = new Set([...world.floatingIps.values()].map(row => row.floating_ip_address))
  for (let last = 51; last < 255; last += 1) {
    const address = `203.0.113.${last}`
    if (!taken.has(address)) return address
  }
  throw refuse(409, 'No more IP addresses available on network')
}

function remove (call: Call): SimulatedReply {
  requirePermission(call, 'floatingips.destroy')
  call.world.floatingIps.delete(find(call).id)
  return goneReply
}

export const floatingIpRoutes: readonly Route[] = [
  {
    path: 'openstack/floatingips',
    verbs: { GET: call => answerList(call, visible(call), listing(call.world), row => view(call.world, row)), POST: create }
  },
  { path: 'openstack/floatingips/:id', verbs: { GET: call => ok(view(call.world, find(call))), DELETE: remove } }
]
