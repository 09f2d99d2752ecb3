import { all, pick } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { goneReply, inScope, notFound, ok, refuse, requireOpenstack, requirePermission, type Call, type Route } from './call.ts'
import { flavorInside, imageInside, nameOf, ownerOf, projectOf } from './catalog.ts'
import { createInstance } from './instance-create.ts'
import { answerList, type Listing } from './lists.ts'
import { lag, type FixedAddress, type Instance, type Port, type Shown, type UserKind, type World } from './world.ts'

const labels: ReadonlyMap<string, string> = new Map([
  ['active', 'Running'], ['building', 'Building'], ['stopped', 'Stopped'], ['resized', 'Verify Resize'], ['paused', 'Paused'],
  ['suspended', 'Suspended'], ['rescued', 'Rescued'], ['booted_from_iso', 'Booted from ISO'], ['error', 'Error'],
  ['deleted', 'Deleted'], ['soft-delete', 'Soft Delete'], ['shelved', 'Shelved'], ['shelved_offloaded', 'Shelved Offloaded'],
  ['unknown', 'Unknown']
])

const resizeLabels: ReadonlyArray<readonly [string, string]> = [
  ['resize_prep', 'Resize'], ['resize_migrating', 'Resize'], ['resize_migrated', 'Resize'], ['resize_finish', 'Resize']
]

/** Other tasks, such as `deleting`, do not change the label of the state. */
const labelsByTask: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['active', new Map([
    ['rebooting', 'Reboot'], ['reboot_pending', 'Reboot'], ['reboot_started', 'Reboot'], ['rebooting_hard', 'Hard Reboot'],
    ['reboot_started_hard', 'Hard Reboot'], ['updating_password', 'Password'], ['rebuilding', 'Rebuild'],
    ['rebuild_block_device_mapping', 'Rebuild'], ['rebuild_spawning', 'Rebuild'], ['migrating', 'Migrating'], ...resizeLabels,
    ['powering-off', 'Stopping'], ['rescuing', 'Rescue'], ['booting_from_iso', 'Booting from ISO']
  ])],
  ['stopped', new Map([...resizeLabels, ['powering-on', 'Starting']])],
  ['resized', new Map([['resize_reverting', 'Revert Resize']])]
])

const displayStatus = (status: string, task: string | null): string =>
  labelsByTask.get(status)?.get(task ?? '') ?? labels.get(status) ?? status

const displayTask = (task: string | null): string | null => task?.replaceAll('_', ' ') ?? null

const addresses = ['add_port', 'remove_port', 'add_ip', 'remove_ip']

const allowed: ReadonlyMap<string, readonly string[]> = new Map([
  ['active', [
    'reboot', 'shutoff', 'resize', 'rescue', 'rebuild', 'console', 'rename', 'create_snapshot', 'suspend', ...addresses,
    'migrate', 'abort_migrate', 'attach_volume', 'move', 'boot_from_iso', 'lock', 'unlock', 'associate_ip', 'dissociate_ip',
    'change_password'
  ]],
  ['stopped', [
    'start', 'resize', 'rescue', 'rebuild', 'rename', 'create_snapshot', 'lock', 'unlock', ...addresses,
    'migrate', 'abort_migrate', 'attach_volume', 'move', 'boot_from_iso', 'associate_ip', 'dissociate_ip'
  ]],
  ['rescued', ['unrescue', 'console', ...addresses]],
  ['booted_from_iso', ['unmount_and_reboot', 'console', ...addresses]],
  ['resized', ['cfresize', 'console', ...addresses, 'attach_volume']],
  ['error', ['reset_state', 'delete']],
  ['suspended', ['resume', 'lock', 'unlock', ...addresses, 'migrate']]
])

const staffWords = new Set([
  ...addresses, 'suspend', 'resume', 'migrate', 'abort_migrate', 'move', 'lock', 'unlock', 'change_password'
])

/** Advice that depends on the state alone and is not enforced. End users get a shorter list. */
const allowedActions = (status: string, api: UserKind): readonly string[] =>
  (allowed.get(status) ?? []).filter(word => api === 'staff' || !staffWords.has(word))

/** The state that this read returns; each read of a lagging row uses up one of its stale reads. */
function shownState (instance: Instance): Shown {
  const { stale } = instance
  if (stale === null || stale.left <= 0) return instance
  stale.left -= 1
  return stale.shown
}

/** The first fixed address of the first port, which may be private or IPv6; null while building. */
function accessIp (instance: Instance): string | null {
  const port = instance.ports[0]
  if (instance.status === 'building' || port === undefined) return null
  return (port.ipv4s[0] ?? port.ipv6s[0])?.ip_address ?? null
}

function instanceRow (call: Call, instance: Instance): Record<string, unknown> {
  const { world, api } = call
  const { status, task } = shownState(instance)
  const flavor = instance.flavor === null ? undefined : world.flavors.get(instance.flavor)
  const image = instance.image === null ? undefined : world.images.get(instance.image)
  return {
    ...pick(instance, 'id', 'name', 'created', 'hostId', 'region', 'description', 'locked', 'image'),
    status,
    os_distro: image?.os_distro ?? null,
    flavor: flavor === undefined ? null : flavorInside(flavor),
    booted_from_iso: status === 'booted_from_iso',
    host_name: instance.hostName,
    ...all(instance.traffic, 'current_month_traffic', 'current_cycle_traffic'),
    ...api === 'staff' ? { client: ownerOf(world, instance.client) } : {},
    allowed_actions: allowedActions(status, api),
    uuid: instance.id,
    region_obj: world.regions.get(instance.region) ?? null,
    access_ip: accessIp(instance),
    display_status: displayStatus(status, task),
    display_task: displayTask(task)
  }
}

/** Only a single instance has its image as an object and all of its addresses. */
export function instanceDetail (call: Call, instance: Instance): Record<string, unknown> {
  const { world } = call
  const image = instance.image === null ? undefined : world.images.get(instance.image)
  return {
    ...instanceRow(call, instance),
    image: image === undefined ? null : imageInside(world, image),
    project: projectOf(world, instance.client),
    traffic_type: 'all',
    net_details: {
      ...call.api === 'user' ? { grouped_ips: groupedIps(world, instance) } : {},
      ports: instance.ports.map(port => portView(world, instance, port))
    }
  }
}

const floatingIpsOf = (world: World, instance: string): Array<{ id: string, floating_ip_address: string }> =>
  [...world.floatingIps.values()]
    .filter(address => address.attached?.instance === instance)
    .map(address => ({ id: address.id, floating_ip_address: address.floating_ip_address }))

/** Every port repeats all floating addresses of its instance. */
const portView = (world: World, instance: Instance, port: Port): Record<string, unknown> => ({
  id: port.id,
  name: port.id,
  ipv4s: port.ipv4s,
  ipv6s: port.ipv6s,
  floating_ips: floatingIpsOf(world, instance.id)
})

function groupedIps (world: World, instance: Instance): Array<Record<string, unknown>> {
  const groups = new Map<string, { ipv4s: FixedAddress[], ipv6s: FixedAddress[] }>()
  for (const port of instance.ports) {
    const name = world.networks.get(port.network)?.name ?? port.network
    const group = groups.get(name) ?? { ipv4s: [], ipv6s: [] }
    group.ipv4s.push(...port.ipv4s)
    group.ipv6s.push(...port.ipv6s)
    groups.set(name, group)
  }
  return [...groups].map(([name, addresses]) => ({ network_name: name, ...addresses }))
}

const isVisible = (call: Call, { visibleAt, client }: Instance): boolean => visibleAt <= call.world.now() && inScope(call, client)

/** The answer for another client's instance is that for an unknown one. */
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

/** 204 at once; the row keeps its old label during the task `deleting`, and is then gone. */
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
      if (address.attached?.instance === instance.id) address.attached = null
    }
  })
  return goneReply
}

const consoleStates = ['active', 'rescued', 'booted_from_iso', 'resized', 'paused']

/** The URL is a one-time secret in each of its three shapes. */
function consoleUrl (call: Call): SimulatedReply {
  const { world } = call
  const instance = findInstance(call)
  requireOpenstack(world)
  if (!consoleStates.includes(instance.status)) throw refuse(400, 'Unable to get the console of this instance')
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
