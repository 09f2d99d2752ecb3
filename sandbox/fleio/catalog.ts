import { all, pick, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { inScope, invalid, ok, parameter, refuse, scopeOf, type Call, type Route } from './call.ts'
import { answerList, type Listing } from './lists.ts'
import type { Client, Flavor, FloatingIp, Image, Network, Owner, Region, SshKey, World } from './world.ts'

const adminProject = 'admin-project-id'

export const nameOf = (client: Client): string => `${client.first_name} ${client.last_name}`

export function ownerOf (world: World, id: number | null): Owner | null {
  const client = id === null ? undefined : world.clients.get(id)
  return client === undefined ? null : { name: nameOf(client), id: client.id }
}

export const projectOf = (world: World, client: number | null): string =>
  (client === null ? undefined : world.clients.get(client)?.project) ?? adminProject

/** Two significant digits, ties to even: 131072 MB are 130 GB, 1280 MB are 1.2 GB. */
function twoDigits (value: number): number {
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

const flavorRow = (flavor: Flavor): Json => ({
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

const imageRow = (world: World, image: Image): Json => ({
  ...imageCore(world, image), ...all(projectOf(world, image.client), 'owner', 'project'), has_flavors_assigned: false, virtual_size: null
})

function networkRow ({ world, api }: Call, network: Network): Json {
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

/** Whether a client may boot from an image or rebuild to it. */
export const mayUseImage = (image: Image, client: number | null): boolean =>
  image.visibility === 'public' || image.visibility === 'community' || image.client === client ||
  (client !== null && image.sharedWith.has(client))

export const mayUseNetwork = (network: Network, client: number | null): boolean => network.shared || network.client === client

const keyView = ({ user, ...key }: SshKey): Json => ({ ...key, user: user === 'staff' ? 1 : 2 })

function floatingIpRow (world: World, row: FloatingIp): Json {
  const network = world.networks.get(row.network)
  const instance = row.attached === null ? undefined : world.instances.get(row.attached.instance)
  return {
    ...pick(row, 'id', 'floating_ip_address', 'description', 'created_at'),
    floating_network: { id: row.network, name: network?.name ?? '', region: network?.region ?? null },
    port: row.attached === null ? null : { id: row.attached.port, name: '' },
    router: row.attached === null ? null : { id: 'aa000000-0000-4000-8000-000000000001', name: 'r1' },
    associated_object: instance === undefined ? null : { device_type: 'instance', id: instance.id, name: instance.name },
    client: ownerOf(world, row.client),
    status: row.attached === null ? 'DOWN' : 'ACTIVE',
    fixed_ip_address: row.attached?.fixed ?? null,
    updated_at: row.created_at,
    project: projectOf(world, row.client)
  }
}

const regions: Listing<Region> = { columns: ['id'], plain: ['id'], orderable: ['id'], defaultOrder: 'id' }

const flavors: Listing<Flavor> = {
  columns: ['id', 'name', 'region'],
  plain: ['id', 'name'],
  orderable: ['name'],
  defaultOrder: 'name',
  permissions: 'flavors'
}

const images: Listing<Image> = {
  columns: ['id', 'name', 'region', 'created_at', 'type', 'instance_uuid'],
  plain: ['name', 'type', 'instance_uuid'],
  choices: { type: new Set(['template', 'application', 'snapshot', 'backup', 'deleted']) },
  orderable: ['name', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'images'
}

const networks: Listing<Network> = {
  columns: ['id', 'name', 'region', 'created_at'],
  plain: ['name', 'region'],
  orderable: ['name', 'created_at'],
  defaultOrder: 'name',
  permissions: 'networks'
}

const floatingIps: Listing<FloatingIp> = {
  columns: ['id', 'floating_ip_address', 'created_at'],
  plain: ['floating_ip_address'],
  orderable: ['floating_ip_address', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'floatingips'
}

const keys: Listing<SshKey> = {
  columns: ['id', 'name', 'created_at'],
  plain: ['name'],
  orderable: ['name', 'created_at'],
  defaultOrder: '-created_at',
  permissions: 'pkm'
}

/** End users see their own images and those shared with them; public images are only in the form for a new server. */
const isVisible = (call: Call, image: Image): boolean => inScope(call, image.client) || image.sharedWith.has(scopeOf(call) ?? -1)

const isOwn = (call: Call) => ({ client }: { readonly client: number | null }): boolean => inScope(call, client)

/** Everything that the form for a new server offers; end users see flavors and public images nowhere else. */
function createOptions (call: Call): SimulatedReply {
  const { world } = call
  const client = readClient(call)
  const enabled = [...world.regions.values()].filter(region => region.enabled)
  const selected = parameter(call, 'region') ?? enabled[0]?.id ?? ''
  if (!enabled.some(({ id }) => id === selected)) throw invalid({ region: [`Invalid pk "${selected}" - object does not exist.`] })
  const inRegion = <Row extends { readonly region: string }>(rows: Map<string, Row>): Row[] =>
    [...rows.values()].filter(row => row.region === selected)
  const pick = (test: (image: Image) => boolean): unknown[] =>
    inRegion(world.images).filter(image => image.status === 'active' && test(image)).map(image => imageInside(world, image))
  return ok({
    bootSources: {
      image: pick(image => image.visibility === 'public'),
      owned_image: pick(image => client !== null && image.client === client),
      shared_image: pick(image => client !== null && image.sharedWith.has(client)),
      community_image: pick(image => image.visibility === 'community'),
      volume: [],
      volume_snapshot: [],
      volume_types: [{ name: 'ssd' }]
    },
    flavor: inRegion(world.flavors).filter(flavor => !flavor.disabled).map(flavorInside),
    nics: inRegion(world.networks).filter(network => mayUseNetwork(network, client)).map(({ id, name }) => ({ id, name, tags: [] })),
    ssh_key: [...world.keys.values()].filter(key => key.user === call.api).map(keyView),
    region: enabled.map(({ id, description }) => ({ id, description })),
    selected_region: selected,
    client: ownerOf(world, client)
  })
}

function readClient (call: Call): number | null {
  const scope = scopeOf(call)
  const id = parameter(call, 'client') ?? ''
  if (id === '') return scope
  const client = call.world.clients.get(Number(id))
  if (client === undefined || !inScope(call, client.id)) throw invalid({ client: [`Invalid pk "${id}" - object does not exist.`] })
  if (client.project === null) throw refuse(400, 'Unable to find a client with an OpenStack project associated')
  return client.id
}

const list = <Row> (
  path: string,
  listing: Listing<Row>,
  rows: (call: Call) => readonly Row[],
  view: (call: Call, row: Row) => unknown
): Route => ({ path, verbs: { GET: call => answerList(call, rows(call), listing, row => view(call, row)) } })

export const catalogRoutes: readonly Route[] = [
  { path: 'openstack/instances/create_options', verbs: { GET: createOptions } },
  list('openstack/regions', regions, ({ world, api }) =>
    [...world.regions.values()].filter(region => api === 'staff' || region.enabled), (_, row) => row),
  { ...list('openstack/flavors', flavors, ({ world }) => [...world.flavors.values()], (_, row) => flavorRow(row)), only: 'staff' },
  list('openstack/networks', networks, call => [...call.world.networks.values()]
    .filter(network => call.api === 'staff' || mayUseNetwork(network, scopeOf(call))), networkRow),
  list('openstack/images', images, call =>
    [...call.world.images.values()].filter(image => isVisible(call, image)), ({ world }, row) => imageRow(world, row)),
  list('openstack/floatingips', floatingIps, call =>
    [...call.world.floatingIps.values()].filter(isOwn(call)), ({ world }, row) => floatingIpRow(world, row)),
  list('pkm', keys, call => [...call.world.keys.values()].filter(key => key.user === call.api), (_, row) => keyView(row))
]
