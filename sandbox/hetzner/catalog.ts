import { choice, maybe, none } from '../kit/json.ts'

const place = (id: number, name: string, country: string, city: string, zone: string, at: readonly [number, number]) =>
  ({ id, name, description: `${city} DC Park 1`, country, city, latitude: at[0], longitude: at[1], network_zone: zone })

export const falkenstein = place(1, 'fsn1', 'DE', 'Falkenstein', 'eu-central', [50.47612, 12.370071])
export const nuremberg = place(2, 'nbg1', 'DE', 'Nuremberg', 'eu-central', [49.452102, 11.076665])
const ashburn = place(4, 'ash', 'US', 'Ashburn, VA', 'us-east', [39.045821, -77.487073])
export const locations = [falkenstein, nuremberg, ashburn] as const
export type Location = typeof locations[number]

/** Texts with 16 digits behind the point, as the vendor writes them. */
const money = (net: number) => ({ net: net.toFixed(16), gross: (net * 1.19).toFixed(16) })

const passing = { announced: '2026-03-01T00:00:00Z', unavailable_after: '2099-12-31T00:00:00Z' }
const past = { announced: '2020-03-01T00:00:00Z', unavailable_after: '2021-12-31T00:00:00Z' }

type Sizes = readonly [number, number, number]
type Prices = Readonly<Record<string, number>>

/** `where`: the price of a month by location; `without`: a location that has none left. */
function type (id: number, name: string, sizes: Sizes, where: Prices, { arm = false, gone = '', without = '' } = {}) {
  const [cores, memory, disk] = sizes
  return {
    id,
    name,
    description: name.toUpperCase().replace(/(\d)/, ' $1'),
    cores,
    memory,
    disk,
    deprecated: gone !== '',
    deprecation: gone === '' ? null : passing,
    prices: Object.entries(where).map(([location, month]) => ({
      location,
      price_hourly: money(month / 624),
      price_monthly: money(month),
      included_traffic: 21_990_232_555_520,
      price_per_tb_traffic: money(1)
    })),
    storage_type: 'local',
    cpu_type: 'shared',
    category: 'Shared vCPU',
    architecture: arm ? 'arm' : 'x86',
    locations: locations.filter(({ name }) => where[name] !== undefined).map(({ id, name }) => ({
      id, name, deprecation: name === gone ? past : null, recommended: id === 1, available: name !== without
    }))
  }
}

export type ServerType = ReturnType<typeof type>

export const serverTypes: readonly ServerType[] = [
  type(22, 'cx23', [2, 4, 40], { fsn1: 3.49, nbg1: 3.49 }),
  type(109, 'cpx22', [2, 4, 80], { fsn1: 6.49, nbg1: 6.49, ash: 7.99 }, { without: 'ash' }),
  type(110, 'cpx32', [4, 8, 160], { fsn1: 10.99, nbg1: 10.99, ash: 13.99 }),
  type(45, 'cax11', [2, 4, 40], { fsn1: 3.79, nbg1: 3.79 }, { arm: true }),
  // Half a GB of memory, in a location where it is gone.
  type(901, 'cax01', [1, 0.5, 10], { nbg1: 1.99 }, { arm: true, gone: 'nbg1' })
]

/** Prices of all that the vendor sells, in the currency of the project's owner. */
export const pricing = {
  currency: 'EUR',
  vat_rate: '19.000000',
  image: { price_per_gb_month: money(0.0119) },
  volume: { price_per_gb_month: money(0.044) },
  floating_ip: { price_monthly: money(3) },
  server_backup: { percentage: '20.0000000000' },
  server_types: serverTypes.map(({ id, name, prices }) => ({ id, name, prices })),
  floating_ips: [],
  primary_ips: [],
  load_balancer_types: []
}

const created = '2026-01-30T23:55:00Z'

function system (id: number, name: string, architecture: string, deprecated = none<string>()) {
  const [flavor = '', version = ''] = name.split('-')
  return {
    id,
    type: choice('system', 'snapshot', 'backup'),
    status: choice('available', 'creating'),
    name: maybe(name),
    description: `${flavor} ${version}`,
    image_size: none<number>(),
    disk_size: 5,
    created,
    created_from: none<{ readonly id: number, readonly name: string }>(),
    bound_to: none<number>(),
    os_flavor: flavor,
    os_version: version,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated,
    deleted: none<string>(),
    labels: {},
    architecture
  }
}

export type Image = ReturnType<typeof system>

export const ubuntu = system(161_547_269, 'ubuntu-24.04', 'x86')
const ofServer = { ...ubuntu, name: null, image_size: 2.3, disk_size: 40, created_from: { id: 117_700_004, name: 'web-2' } }

export const seedImages = (): Image[] => [
  ubuntu,
  system(161_547_270, 'ubuntu-24.04', 'arm'),
  system(114_690_387, 'debian-13', 'x86'),
  system(114_690_000, 'debian-11', 'x86', '2026-09-01T00:00:00Z'),
  // Another server's snapshot and a backup, which DELETE /images would take as well.
  { ...ofServer, id: 245_000_111, type: 'snapshot', description: 'of web-2' },
  { ...ofServer, id: 245_000_112, type: 'backup', description: 'Backup of today', bound_to: 117_700_004 }
]

export const sshKeys = ['deploy', 'ci'].map((name, index) => ({
  id: 2323 + index,
  name,
  fingerprint: `b7:2f:30:a0:2f:6c:58:6c:21:04:58:61:ba:06:3b:${20 + index}`,
  public_key: `ssh-ed25519 AAAAC3NzaSimulated${index} ${name}@example`,
  labels: {},
  created
}))

export const networks = [4711, 4712].map((id, index) => ({
  id,
  name: index === 0 ? 'backend' : 'storage',
  ip_range: `10.${index}.0.0/16`,
  subnets: [{ type: 'cloud', ip_range: `10.${index}.0.0/24`, network_zone: 'eu-central', gateway: `10.${index}.0.1` }],
  routes: [],
  servers: [],
  load_balancers: [],
  protection: { delete: false },
  labels: {},
  created,
  expose_routes_to_vswitch: false
}))
