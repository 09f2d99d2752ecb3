import { blankFlavor, blankImage, blankNetwork, uuidOf, type Flavor, type Image, type Network, type World } from './world.ts'

/** Those of the vendor's own documentation. */
export const documented = {
  instance: 'a623787b-d529-4681-9c51-6abcf3b5a4d8',
  flavor: 'fd6ebb42-f305-4eb7-b086-fcce39bc761f',
  image: 'b8e54aa5-eca9-454a-adaf-00fbc659755e',
  network: 'd9f9ca07-3ce5-435e-8aa2-a7302697025d',
  client: 722694,
  project: '0f6b1c7a9d3e4f5a8b2c1d0e9f8a7b6c'
} as const

export const flavorIds = {
  ...{ small: uuidOf('f1a40001', 1), medium: uuidOf('f1a40001', 2), odd: uuidOf('f1a40001', 3), huge: uuidOf('f1a40001', 4) },
  ...{ soldOut: uuidOf('f1a40001', 5), retired: uuidOf('f1a40001', 6) },
  ...{ region2: uuidOf('f1a40002', 1), region2Large: uuidOf('f1a40002', 2) }
} as const

export const imageIds = {
  ...{ ubuntu: uuidOf('1a6e0001', 1), debian: uuidOf('1a6e0001', 2), windows: uuidOf('1a6e0001', 3) },
  ...{ rescueIso: uuidOf('1a6e0001', 4), saving: uuidOf('1a6e0001', 5), private: uuidOf('1a6e0001', 6) },
  ...{ shared: uuidOf('1a6e0001', 7), region2: uuidOf('1a6e0002', 1) },
  /** Used by an instance, deleted since. */
  vanished: uuidOf('1a6e0001', 99)
} as const

export const networkIds = { private: uuidOf('9e700001', 1), region2: uuidOf('9e700002', 1), sixOnly: uuidOf('9e700001', 2) } as const

const flavor = (id: string, name: string, size: Partial<Flavor>): Flavor => ({ ...blankFlavor(id, name), ...size })

const image = (id: string, name: string, traits: Partial<Image>): Image => ({ ...blankImage(id, name), ...traits })

const subnets = (serial: number, v4: string | null, v6: string): Network['subnets'] => [
  ...v4 === null
    ? []
    : [{ id: uuidOf('7a1b0000', serial * 2 - 1), name: 'v4', cidr: `${v4}.0/24`, ip_version: 4 as const, gateway_ip: `${v4}.1` }],
  { id: uuidOf('7a1b0000', serial * 2), name: 'v6', cidr: `${v6}::/64`, ip_version: 6 as const, gateway_ip: `${v6}::1` }
]

const network = (id: string, name: string, traits: Partial<Network>): Network => ({ ...blankNetwork(id, name), ...traits })

const flavors: readonly Flavor[] = [
  flavor(documented.flavor, 'm1.tiny', {}),
  flavor(flavorIds.small, 'm1.small', { vcpus: 1, memory_mb: 2048, root_gb: 20 }),
  flavor(flavorIds.medium, 'm1.medium', { vcpus: 2, memory_mb: 4096, root_gb: 40, swap: 512 }),
  flavor(flavorIds.odd, 'c1.odd', { vcpus: 3, memory_mb: 1280, root_gb: 15, ephemeral_gb: 5, group: null }),
  flavor(flavorIds.huge, 'r1.huge', { vcpus: 32, memory_mb: 131072, root_gb: 800 }),
  flavor(flavorIds.soldOut, 'g1.gpu', { vcpus: 8, memory_mb: 16384, root_gb: 100, out_of_stock: true }),
  flavor(flavorIds.retired, 'm0.old', { vcpus: 1, memory_mb: 512, root_gb: 5, disabled: true }),
  flavor(flavorIds.region2, 'm1.tiny', { region: 'Region2' }),
  flavor(flavorIds.region2Large, 'm1.large', { vcpus: 4, memory_mb: 8192, root_gb: 80, region: 'Region2' })
]

const images: readonly Image[] = [
  image(documented.image, 'cirros', { size: 13287936 }),
  image(imageIds.ubuntu, 'Ubuntu 18.04', { os_distro: 'ubuntu', os_version: '18.04' }),
  image(imageIds.debian, 'Debian 10', { os_distro: 'debian', os_version: '10' }),
  image(imageIds.windows, 'Windows Server 2019', { os_distro: 'windows', os_version: '2019', min_disk: 40, min_ram: 2048 }),
  image(imageIds.rescueIso, 'SystemRescueCd', { is_iso: true }),
  image(imageIds.saving, 'half-uploaded', { status: 'saving', size: 0 }),
  image(imageIds.private, 'golden', { visibility: 'private', client: 599151 }),
  image(imageIds.shared, 'appliance', { visibility: 'shared', client: 599151, sharedWith: new Set([documented.client]) }),
  image(imageIds.region2, 'Ubuntu 18.04', { os_distro: 'ubuntu', os_version: '18.04', region: 'Region2' })
]

const networks: readonly Network[] = [
  network(documented.network, 'public', { subnets: subnets(1, '192.168.40', '2001:db8:40') }),
  network(networkIds.private, 'backend', {
    client: documented.client, shared: false, router_external: false, subnets: subnets(2, '198.51.100', '2001:db8:41')
  }),
  network(networkIds.sixOnly, 'six', { router_external: false, subnets: subnets(3, null, '2001:db8:42') }),
  network(networkIds.region2, 'public', { region: 'Region2', is_default: true, subnets: subnets(4, '192.0.2', '2001:db8:43') })
]

export function seedCatalog (world: World): void {
  for (const [id, enabled] of [['Region1', true], ['Region2', true], ['Region3', false]] as const) {
    world.regions.set(id, { id, enable_volumes: true, description: id === 'Region1' ? '' : `The ${id}`, enable_snapshots: true, enabled })
  }
  for (const row of flavors) world.flavors.set(row.id, { ...row })
  for (const row of images) world.images.set(row.id, { ...row, sharedWith: new Set(row.sharedWith) })
  for (const row of networks) world.networks.set(row.id, row)
}
