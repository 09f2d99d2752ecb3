export const uuid = (group: number, number: number): string =>
  `${group.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

export const project = '2285adb0158d456d95b8f7f97fa38b1b'

export interface Flavor {
  readonly id: string
  readonly name: string
  readonly vcpus: number
  readonly ram: number
  readonly disk: number
}

/** Id, name, cpus, MiB, GiB. The last fits on no host. */
export const flavors: readonly Flavor[] = ([
  ['1', 'm1.nano', 1, 128, 1],
  ['2', 'm1.small', 1, 2048, 20],
  ['3', 'm1.medium', 2, 4096, 40],
  ['4', 'm1.large', 4, 8192, 80],
  ['5', 'v1.diskless', 1, 1024, 0],
  ['6', 'm1.huge', 128, 1_048_576, 80]
] as const).map(([id, name, vcpus, ram, disk]) => ({ id, name, vcpus, ram, disk }))

interface Image {
  readonly id: string
  readonly name: string
  status: string
  readonly min_disk: number
  readonly min_ram: number
  readonly created_at: string
  readonly visibility: 'public' | 'private'
  size: number | null
  readonly [property: string]: unknown
}

export const imageId = (name: string): string => seedImages().find(image => image.name === name)?.id ?? ''

export const seedImages = (): Image[] => ([
  ['debian-12', 1, 64],
  ['ubuntu-24.04', 10, 512],
  ['windows-2022', 60, 4096]
] as const).map(([name, disk, ram], index) => ({
  id: uuid(0x1a6e, index + 1),
  name,
  status: 'active',
  min_disk: disk,
  min_ram: ram,
  created_at: '2026-03-01T08:00:00Z',
  visibility: 'public',
  size: 420_000_000,
  os_distro: name.split('-')[0],
  os_version: name.split('-')[1],
  os_hidden: false
}))

export const zones = ['nova', 'zone-b'] as const
export const keypairs = [{
  name: 'deploy',
  public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVYzyQf2nq5WkYz9nXl0wz6oNwXbV1b0m1Yk5c1xk0P deploy@example.com',
  fingerprint: '1f:1b:19:08:33:bc:20:4d:36:32:13:4a:d2:d9:77:ab',
  type: 'ssh'
}]
export const securityGroups = ['default', 'web'] as const

export const subnets = [
  { id: uuid(0x5b, 1), network_id: uuid(0x9e7, 1), ip_version: 4, cidr: '10.20.0.0/24', gateway_ip: '10.20.0.1' },
  { id: uuid(0x5b, 2), network_id: uuid(0x9e7, 1), ip_version: 6, cidr: 'fd00:20::/64', gateway_ip: 'fd00:20::1' },
  { id: uuid(0x5b, 3), network_id: uuid(0x9e7, 2), ip_version: 4, cidr: '10.30.0.0/24', gateway_ip: '10.30.0.1' }
] as const

/** The first has a router to the last, which is external. The second has none. */
export const networks = ([['private', false], ['isolated', false], ['public', true]] as const).map(([name, isExternal], index) => ({
  id: uuid(0x9e7, index + 1),
  name,
  status: 'ACTIVE',
  shared: false,
  'router:external': isExternal,
  subnets: subnets.filter(subnet => subnet.network_id === uuid(0x9e7, index + 1)).map(({ id }) => id)
}))
export const [privateNetwork, isolatedNetwork, externalNetwork] = [uuid(0x9e7, 1), uuid(0x9e7, 2), uuid(0x9e7, 3)] as const

/** Name, state, task, flavor. A word that no release has is the last one's. */
export const seedServers = [
  ['web-1', 'active', null, '2'],
  ['web-2', 'active', null, '2'],
  ['web-3', 'active', null, '3'],
  ['db-1', 'active', null, '4'],
  ['db-2', 'active', null, '3'],
  ['batch-1', 'stopped', null, '2'],
  ['batch-2', 'stopped', null, '2'],
  ['cache-1', 'paused', null, '2'],
  ['cache-2', 'suspended', null, '2'],
  ['mail-1', 'rescued', null, '2'],
  ['build-1', 'resized', null, '3'],
  ['old-1', 'shelved_offloaded', null, '2'],
  ['broken-1', 'error', null, '2'],
  ['stop-1', 'active', 'powering-off', '2'],
  ['image-1', 'active', 'image_uploading', '2'],
  ['strange-1', 'hibernated', null, '2']
] as const
