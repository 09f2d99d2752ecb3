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

/** The flavor inside an instance, a resize form or a create form. */
export const flavorInside = (flavor: Flavor): Record<string, unknown> => ({
  description: flavor.name,
  memory_gb: twoDigits(flavor.memory_mb / 1024),
  properties: '{}',
  region: flavor.region,
  out_of_stock: flavor.out_of_stock,
  vcpus: flavor.vcpus,
  used_by_resellers: [],
  memory_mb: flavor.memory_mb,
  id: flavor.id,
  root_gb: flavor.root_gb,
  swap: flavor.swap,
  ephemeral_gb: flavor.ephemeral_gb,
  name: flavor.name,
  reseller_resources: null,
  flavor_group: flavor.group === null ? null : { name: flavor.group.name, id: flavor.group.id, priority: flavor.group.priority }
})

export const flavorRow = (flavor: Flavor): Record<string, unknown> => ({
  id: flavor.id,
  flavor_group: flavor.group === null ? null : { id: flavor.group.id, name: flavor.group.name },
  show_to_groups: [],
  display_name: `${flavor.name} (${flavor.region})`,
  name: flavor.name,
  description: flavor.name,
  memory_mb: flavor.memory_mb,
  vcpus: flavor.vcpus,
  swap: flavor.swap,
  vcpu_weight: null,
  rxtx_factor: 1,
  root_gb: flavor.root_gb,
  ephemeral_gb: flavor.ephemeral_gb,
  disabled: flavor.disabled,
  is_public: true,
  deleted: false,
  show_in_fleio: true,
  out_of_stock: flavor.out_of_stock,
  properties: '{}',
  region: flavor.region,
  reseller_resources: null
})

const imageCore = (world: World, image: Image): Record<string, unknown> => ({
  id: image.id,
  tags: [],
  client: ownerOf(world, image.client),
  properties: {},
  is_iso: image.is_iso,
  display_name: image.name,
  cleanup_date: null,
  name: image.name,
  type: image.type,
  status: image.status,
  size: image.size,
  created_at: image.created_at,
  updated_at: image.created_at,
  deleted_at: null,
  os_distro: image.os_distro,
  hypervisor_type: null,
  os_version: image.os_version,
  architecture: image.os_distro === null ? null : 'x86_64',
  min_disk: image.min_disk,
  min_ram: image.min_ram,
  protected: false,
  visibility: image.visibility,
  container_format: 'bare',
  disk_format: image.is_iso ? 'iso' : 'qcow2',
  instance_uuid: image.instance_uuid,
  volume_snapshot_uuid: null,
  region: image.region,
  reseller_resources: null
})

export const imageInside = (world: World, image: Image): Record<string, unknown> =>
  ({ ...imageCore(world, image), assigned_to_flavor: true })

export const imageRow = (world: World, image: Image): Record<string, unknown> => ({
  ...imageCore(world, image),
  has_flavors_assigned: false,
  owner: projectOf(world, image.client),
  project: projectOf(world, image.client),
  virtual_size: null
})

export function networkRow (call: Call, network: Network): Record<string, unknown> {
  const { world } = call
  const project = projectOf(world, network.client)
  const owner = ownerOf(world, network.client)
  return {
    id: network.id,
    extra: {},
    subnets: network.subnets?.map(subnet => ({ ...subnet, project_id: project, enable_dhcp: true, extra: {}, allocation_pools: [] })) ?? null,
    allowed_actions: [],
    ...call.api === 'staff' ? { client_id: owner?.id ?? null, client_full_name: owner?.name ?? 'n/a' } : {},
    name: network.name,
    description: '',
    region: network.region,
    project,
    shared: network.shared,
    router_external: network.router_external,
    is_default: network.is_default,
    status: 'ACTIVE',
    admin_state_up: true,
    created_at: network.created_at,
    updated_at: network.created_at
  }
}

/** What a client may boot from or rebuild to. */
export const mayUseImage = (image: Image, client: number | null): boolean =>
  image.visibility === 'public' || image.visibility === 'community' || image.client === client ||
  (client !== null && image.sharedWith.has(client))

export const mayUseNetwork = (network: Network, client: number | null): boolean => network.shared || network.client === client

export const keyView = ({ user, ...key }: SshKey): Readonly<Record<string, unknown>> => ({ ...key, user: user === 'staff' ? 1 : 2 })

export function floatingIpRow (world: World, row: FloatingIp): Readonly<Record<string, unknown>> {
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
    updated_at: row.created_at,
    project: projectOf(world, row.client)
  }
}
