import { all, pick } from '../kit/json.ts'
import type { Call } from './call.ts'
import { flavorInside, imageInside, ownerOf, projectOf } from './catalog-view.ts'
import type { FixedAddress, Instance, Port, Shown } from './records.ts'
import { allowedActions, displayStatus, displayTask } from './statuses.ts'
import type { World } from './world.ts'

/** The state as this read sees it; a row that lags uses up one of its stale reads. */
function look (instance: Instance): Shown {
  const { stale } = instance
  if (stale === null || stale.left <= 0) return instance
  stale.left -= 1
  return stale.shown
}

/** The first fixed address of the first port: maybe private, maybe IPv6, null while building. */
function accessIp (instance: Instance): string | null {
  const port = instance.ports[0]
  if (instance.status === 'building' || port === undefined) return null
  return (port.ipv4s[0] ?? port.ipv6s[0])?.ip_address ?? null
}

export function instanceRow (call: Call, instance: Instance): Record<string, unknown> {
  const { world, api } = call
  const { status, task } = look(instance)
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

/** Only here is the image an object, and only here are all addresses. */
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

export const floatingIpsOf = (world: World, instance: string): Array<{ id: string, floating_ip_address: string }> =>
  [...world.floatingIps.values()]
    .filter(address => address.held?.instance === instance)
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
