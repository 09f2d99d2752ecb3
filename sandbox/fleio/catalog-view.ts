import { all, pick, type Json } from '../kit/json.ts'
import type { Call } from './call.ts'
import type { Client, FloatingIp, Flavor, Image, Network, Owner, SshKey } from './records.ts'
import type { World } from './world.ts'

const adminProject = 'admin-project-id'

export const nameOf = (client: Client): string => `${client.first_name} ${client.last_name}`

export function ownerOf (world: World, id: number | null): Owner | null {
  const client = id === null ? undefined : world.clients.get(id)
  return client === undefined ? null : { name: nameOf(client), id: client.id }
}

export const projectOf = (world: World, client: number | null): string =>
  (client === null ? undefined : world.clients.get(client)?.project) ?? adminProject

/** Two significant digits, ties to even: 131072 MB shows 130, 1280 MB shows 1.2. */
export function twoDigits (value: number): number {
  if (value <= 0) return 0
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  const scaled = value / unit
  const below = Math.floor(scaled)
  const rest = scaled - below
  const whole = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
  return Number((whole * unit).toPrecision(2))
}

const flavorCore = (flavor: Flavor): Json => ({
  ...pick(flavor, 'id', 'name', 'vcpus', 'memory_mb', 'root_gb', 'swap', 'ephemeral_gb', 'region', 'out_of_stock'),
  description: flavor.name,
  properties: '{}',
  reseller_resources: null
})

/** The flavor inside an instance, a resize form or a create form. */
export const flavorInside = (flavor: Flavor): Json =>
  ({ ...flavorCore(flavor), memory_gb: twoDigits(flavor.memory_mb / 1024), used_by_resellers: [], flavor_group: flavor.group })

export const flavorRow = (flavor: Flavor): Json => ({
  ...flavorCore(flavor),
  flavor_group: flavor.group === null ? null : pick(flavor.group, 'id', 'name'),
  show_to_groups: [],
  display_name: `${flavor.name} (${flavor.region})`,
  vcpu_weight: null,
  rxtx_factor: 1,
  disabled: flavor.disabled,
  is_public: true,
  deleted: false,
  show_in_fleio: true
})

const imageCore = (world: World, image: Image): Json => ({
  ...pick(image, 'id', 'is_iso', 'name', 'type', 'status', 'size', 'created_at', 'os_distro', 'os_version', 'min_disk', 'min_ram'),
  ...pick(image, 'visibility', 'instance_uuid', 'region'),
  ...all(null, 'cleanup_date', 'deleted_at', 'hypervisor_type', 'volume_snapshot_uuid', 'reseller_resources'),
  tags: [],
  client: ownerOf(world, image.client),
  properties: {},
  display_name: image.name,
  updated_at: image.created_at,
  architecture: image.os_distro === null ? null : 'x86_64',
  protected: false,
  container_format: 'bare',
  disk_format: image.is_iso ? 'iso' : 'qcow2'
})

export const imageInside = (world: World, image: Image): Json => ({ ...imageCore(world, image), assigned_to_flavor: true })

export const imageRow = (world: World, image: Image): Json => ({
  ...imageCore(world, image), ...all(projectOf(world, image.client), 'owner', 'project'), has_flavors_assigned: false, virtual_size: null
})

export function networkRow ({ world, api }: Call, network: Network): Json {
  const project = projectOf(world, network.client)
  const owner = ownerOf(world, network.client)
  const more = { project_id: project, enable_dhcp: true, extra: {}, allocation_pools: [] }
  return {
    ...pick(network, 'id', 'name', 'region', 'shared', 'router_external', 'is_default', 'created_at'),
    extra: {},
    subnets: network.subnets?.map(subnet => ({ ...subnet, ...more })) ?? null,
    allowed_actions: [],
    ...api === 'staff' ? { client_id: owner?.id ?? null, client_full_name: owner?.name ?? 'n/a' } : {},
    description: '',
    project,
    status: 'ACTIVE',
    admin_state_up: true,
    updated_at: network.created_at
  }
}

/** What a client may boot from or rebuild to. */
export const mayUseImage = (image: Image, client: number | null): boolean =>
  image.visibility === 'public' || image.visibility === 'community' || image.client === client ||
  (client !== null && image.sharedWith.has(client))

export const mayUseNetwork = (network: Network, client: number | null): boolean => network.shared || network.client === client

export const keyView = ({ user, ...key }: SshKey): Json => ({ ...key, user: user === 'staff' ? 1 : 2 })

export function floatingIpRow (world: World, row: FloatingIp): Json {
  const network = world.networks.get(row.network)
  const held = row.held === null ? undefined : world.instances.get(row.held.instance)
  return {
    ...pick(row, 'id', 'floating_ip_address', 'description', 'created_at'),
    floating_network: { id: row.network, name: network?.name ?? '', region: network?.region ?? null },
    port: row.held === null ? null : { id: row.held.port, name: '' },
    router: row.held === null ? null : { id: 'aa000000-0000-4000-8000-000000000001', name: 'r1' },
    associated_object: held === undefined ? null : { device_type: 'instance', id: held.id, name: held.name },
    client: ownerOf(world, row.client),
    status: row.held === null ? 'DOWN' : 'ACTIVE',
    fixed_ip_address: row.held?.fixed ?? null,
    updated_at: row.created_at,
    project: projectOf(world, row.client)
  }
}
