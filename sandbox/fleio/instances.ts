import type { SimulatedReply } from '../simulator.ts'
import { inScope, type Call, type Route } from './call.ts'
import { nameOf } from './catalogue-view.ts'
import type { Field, Value } from './filters.ts'
import { createInstance } from './instance-create.ts'
import { floatingIpsOf, instanceDetail, instanceRow } from './instance-view.ts'
import { answerList, type Listing } from './lists.ts'
import { permissionsOf, requirePermission } from './permissions.ts'
import { goneReply, notFound, ok, refuse } from './replies.ts'
import type { Instance } from './records.ts'
import { requireOpenstack, stamp } from './lifecycle.ts'
import { statusWords } from './statuses.ts'
import { cancel, schedule } from './world.ts'

export const visibleInstances = (call: Call): Instance[] =>
  [...call.world.instances.values()].filter(instance => instance.visibleAt <= call.world.clock() && inScope(call, instance.client))

/** Somebody else's instance is as unknown as one that never was. */
export function findInstance (call: Call): Instance {
  const instance = call.world.instances.get(call.id)
  if (instance === undefined || instance.visibleAt > call.world.clock() || !inScope(call, instance.client)) throw notFound()
  return instance
}

const text = (read: (row: Instance) => Value): Field<Instance> => ({ kind: 'text', read })
const boolean = (read: (row: Instance) => Value): Field<Instance> => ({ kind: 'boolean', read })
const number = (read: (row: Instance) => Value): Field<Instance> => ({ kind: 'number', read })

const listing = (call: Call): Listing<Instance> => {
  const { world } = call
  const clientName = (row: Instance): string => {
    const client = row.client === null ? undefined : world.clients.get(row.client)
    return client === undefined ? '' : `${nameOf(client)} ${client.company ?? ''}`
  }
  const addressesOf = (row: Instance): string[] => [
    ...row.ports.flatMap(port => [...port.ipv4s, ...port.ipv6s]).map(address => address.ip_address),
    ...floatingIpsOf(world, row.id).map(address => address.floating_ip_address)
  ]
  return {
    fields: new Map([
      ['id', text(row => row.id)],
      ['name', text(row => row.name)],
      ['created', { kind: 'time', read: row => row.created }],
      ['description', text(row => row.description)],
      ['image', text(row => row.image)],
      ['region', text(row => row.region)],
      ['region__id', text(row => row.region)],
      ['flavor', text(row => row.flavor)],
      ['flavor__id', text(row => row.flavor)],
      ['flavor__name', text(row => world.flavors.get(row.flavor ?? '')?.name ?? null)],
      ['status', text(row => row.status)],
      ['locked', boolean(row => row.locked)],
      ['client', number(row => row.client)],
      ['project__service__client', number(row => row.client)],
      ['project__service__client__id', number(row => row.client)],
      ['current_cycle_traffic', number(row => row.traffic)],
      ['current_month_traffic', number(row => row.traffic)]
    ]),
    plain: ['id', 'name', 'created', 'description', 'image', 'region', 'flavor', 'status', 'client'],
    choices: (_call, name) => choicesOf(call, name),
    matches: (row, term) =>
      [row.id, row.name, row.status, row.region, clientName(row), row.hostName ?? ''].some(column => column.toLowerCase().includes(term)) ||
      (term.length >= 3 && addressesOf(row).some(address => address.includes(term))),
    orderable: ['name', 'region', 'status', 'created', 'current_cycle_traffic', 'current_month_traffic'],
    defaultOrder: '-created',
    permissions: 'instances'
  }
}

function choicesOf ({ world }: Call, name: string): ReadonlySet<string> | undefined {
  if (name === 'region') return new Set(world.regions.keys())
  if (name === 'flavor') return new Set(world.flavors.keys())
  return name === 'client' ? new Set([...world.clients.keys()].map(String)) : undefined
}

const listInstances = (call: Call): SimulatedReply =>
  answerList(call, visibleInstances(call), listing(call), row => instanceRow(call, row))

const getInstance = (call: Call): SimulatedReply => ok(instanceDetail(call, findInstance(call)))

/** 204 at once; the row stays with the task `deleting` under its old label, then it is unknown. */
function deleteInstance (call: Call): SimulatedReply {
  const { world } = call
  const instance = findInstance(call)
  requirePermission(call, 'instances.destroy')
  if (instance.locked && call.api === 'user') throw refuse(400, 'The instance is locked')
  requireOpenstack(world)
  if (instance.task === 'deleting') return goneReply
  cancel(world, instance.id)
  stamp(world, instance, 'delete')
  instance.task = 'deleting'
  schedule(world, instance.id, world.knobs.actionMs, () => {
    world.instances.delete(instance.id)
    for (const address of world.floatingIps.values()) {
      if (address.held?.instance === instance.id) address.held = null
    }
    for (const volume of world.volumes.values()) {
      if (volume.instance === instance.id) volume.instance = null
    }
  })
  return goneReply
}

const filterOptions = (): SimulatedReply => ok({ statuses: statusWords })

const allow = 'GET, POST, DELETE, HEAD, OPTIONS'

export const instanceRoutes: readonly Route[] = [
  { path: 'openstack/instances', verbs: { GET: listInstances, POST: createInstance }, allow },
  { path: 'openstack/instances/permissions', verbs: { GET: call => ok(permissionsOf(call, 'instances')) } },
  { path: 'openstack/instances/filter_options', inferred: true, verbs: { GET: filterOptions } },
  { path: 'openstack/instances/:id', verbs: { GET: getInstance, DELETE: deleteInstance }, allow }
]
