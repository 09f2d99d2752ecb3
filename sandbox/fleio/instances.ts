import type { SimulatedReply } from '../kit/simulator.ts'
import { goneReply, inScope, notFound, ok, refuse, requireOpenstack, requirePermission, type Call, type Route } from './call.ts'
import { nameOf } from './catalog-view.ts'
import { createInstance } from './instance-create.ts'
import { floatingIpsOf, instanceDetail, instanceRow } from './instance-view.ts'
import { answerList, type Listing } from './lists.ts'
import type { Instance } from './records.ts'
import { lag } from './world.ts'

const isVisible = (call: Call, { visibleAt, client }: Instance): boolean => visibleAt <= call.world.now() && inScope(call, client)

/** Another client's instance is answered like an unknown one. */
export function findInstance (call: Call): Instance {
  const instance = call.world.instances.get(call.id)
  if (instance === undefined || !isVisible(call, instance)) throw notFound()
  return instance
}

const listing = ({ world }: Call): Listing<Instance> => {
  const clientName = (row: Instance): string => {
    const client = row.client === null ? undefined : world.clients.get(row.client)
    return client === undefined ? '' : `${nameOf(client)} ${client.company ?? ''}`
  }
  const addressesOf = (row: Instance): string[] => [
    ...row.ports.flatMap(port => [...port.ipv4s, ...port.ipv6s]).map(address => address.ip_address),
    ...floatingIpsOf(world, row.id).map(address => address.floating_ip_address)
  ]
  return {
    columns: ['id', 'name', 'created', 'description', 'image', 'region', 'flavor', 'status', 'locked', 'client'],
    derived: {
      region__id: row => row.region,
      flavor__name: row => world.flavors.get(row.flavor ?? '')?.name,
      project__service__client: row => row.client,
      project__service__client__id: row => row.client
    },
    plain: ['id', 'name', 'created', 'description', 'image', 'region', 'flavor', 'status', 'client'],
    choices: {
      region: new Set(world.regions.keys()),
      flavor: new Set(world.flavors.keys()),
      client: new Set([...world.clients.keys()].map(String))
    },
    searched: (row, term) =>
      [row.id, row.name, row.status, row.region, clientName(row), row.hostName ?? ''].some(column => column.toLowerCase().includes(term)) ||
      (term.length >= 3 && addressesOf(row).some(address => address.includes(term))),
    orderable: ['name', 'region', 'status', 'created'],
    defaultOrder: '-created',
    permissions: 'instances'
  }
}

const listInstances = (call: Call): SimulatedReply => answerList(
  call, [...call.world.instances.values()].filter(instance => isVisible(call, instance)), listing(call), row => instanceRow(call, row))

/** 204 at once; the row stays with the task `deleting` under its old label, then it is unknown. */
function deleteInstance (call: Call): SimulatedReply {
  const { world } = call
  const instance = findInstance(call)
  requirePermission(call, 'instances.destroy')
  if (instance.locked && call.api === 'user') throw refuse(400, 'The instance is locked')
  requireOpenstack(world)
  if (instance.task === 'deleting') return goneReply
  world.cancel(instance.id)
  lag(world, instance)
  instance.task = 'deleting'
  world.later(world.behavior.actionMs, () => {
    world.instances.delete(instance.id)
    for (const address of world.floatingIps.values()) {
      if (address.held?.instance === instance.id) address.held = null
    }
  })
  return goneReply
}

const withConsole = ['active', 'rescued', 'booted_from_iso', 'resized', 'paused']

/** The URL is a one-time secret in each of its three shapes. */
function consoleUrl (call: Call): SimulatedReply {
  const { world } = call
  const instance = findInstance(call)
  requireOpenstack(world)
  if (!withConsole.includes(instance.status)) throw refuse(400, 'Unable to get the console of this instance')
  world.serial += 1
  const url = `http://console.example.net:6080/vnc_auto.html?token=SECRET-CONSOLE-${world.serial}`
  const shapes: Record<typeof world.behavior.consoleShape, object> = {
    remote: { remote_console: { protocol: 'vnc', type: 'novnc', url } },
    'old-nova': { console: { type: 'novnc', url } },
    lxd: { url: `lxc/lxc.html?compute_node=node1&endpoint=ws://192.0.2.10:8080&auth=SECRET-KEYSTONE-${world.serial}`, lxc: true }
  }
  return ok(shapes[world.behavior.consoleShape])
}

export const instanceRoutes: readonly Route[] = [
  { path: 'openstack/instances', verbs: { GET: listInstances, POST: createInstance } },
  { path: 'openstack/instances/:id', verbs: { GET: call => ok(instanceDetail(call, findInstance(call))), DELETE: deleteInstance } },
  { path: 'openstack/instances/:id/get_console_url', verbs: { GET: consoleUrl } }
]
