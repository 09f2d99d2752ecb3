import { pick, type Json } from '../kit/json.ts'

const features = ['private_networking', 'backups', 'ipv6', 'metadata', 'install_agent', 'storage', 'image_transfer']

type Sizes = readonly [memory: number, vcpus: number, disk: number]

const size = (slug: string, [memory, vcpus, disk]: Sizes, [monthly, hourly]: readonly [number, number], regions: readonly string[]) => ({
  slug,
  memory,
  vcpus,
  disk,
  transfer: 1,
  price_monthly: monthly,
  price_hourly: hourly,
  regions,
  available: regions.length > 0,
  description: slug.startsWith('gpu-') ? 'H100 GPU - 1X' : 'Basic'
})
export type Size = ReturnType<typeof size>

const everywhere = ['nyc1', 'nyc3', 'ams3', 'fra1']

/** Prices are as exact as the vendor's floating point numbers. */
export const sizes: readonly Size[] = [
  size('s-1vcpu-512mb-10gb', [512, 1, 10], [4, 0.00595], ['nyc1', 'fra1']),
  size('s-1vcpu-1gb', [1024, 1, 25], [6, 0.00893], everywhere),
  size('s-1vcpu-2gb', [2048, 1, 50], [12, 0.01786], everywhere),
  size('s-2vcpu-2gb', [2048, 2, 60], [18, 0.02679], everywhere),
  size('s-2vcpu-4gb', [4096, 2, 80], [24, 0.03571], everywhere),
  size('s-4vcpu-8gb', [8192, 4, 160], [48, 0.07143], ['nyc1', 'ams3']),
  size('512mb', [512, 1, 20], [5, 0.00743999984115362], []),
  size('gpu-h100x1-80gb', [245760, 20, 720], [4529.3, 6.74], ['nyc3'])
]

export const sizeOf = (slug: string): Size | undefined => sizes.find(row => row.slug === slug)

const names = { nyc1: 'New York 1', nyc3: 'New York 3', ams3: 'Amsterdam 3', fra1: 'Frankfurt 1', sfo1: 'San Francisco 1' }

/** One region is closed to this account. */
export const regions = Object.entries(names).map(([slug, name]) => ({
  slug,
  name,
  features,
  available: slug !== 'sfo1',
  sizes: sizes.filter(row => row.regions.includes(slug)).map(row => row.slug)
}))

export const regionOf = (slug: string) => regions.find(row => row.slug === slug)

export interface Image {
  readonly id: number
  readonly name: string
  readonly distribution: string
  readonly slug: string | null
  readonly type: 'base' | 'snapshot' | 'backup' | 'custom' | 'admin'
  readonly public: boolean
  readonly regions: readonly string[]
  readonly created_at: string
  readonly min_disk_size: number | null
  readonly size_gigabytes: number
  readonly status: string
  /** The droplet that it was taken of. */
  readonly droplet: number | null
}

type ImageFacts = Pick<Image, 'id' | 'name' | 'distribution' | 'slug'> & Partial<Image>

export const image = (facts: ImageFacts): Image => ({
  type: 'base',
  public: true,
  regions: everywhere,
  created_at: '2026-05-15T05:47:50Z',
  min_disk_size: 10,
  size_gigabytes: 2.36,
  status: 'available',
  droplet: null,
  ...facts
})

const own = { slug: null, public: false } as const
const ofWeb = { ...own, distribution: 'Ubuntu', regions: ['nyc3'], min_disk_size: 25, droplet: 3164444 }

export const seedImages = (): Image[] => [
  image({ id: 155133621, name: '24.04 (LTS) x64', distribution: 'Ubuntu', slug: 'ubuntu-24-04-x64' }),
  image({ id: 156110101, name: '12 x64', distribution: 'Debian', slug: 'debian-12-x64' }),
  image({
    id: 157220202, name: 'Docker on Ubuntu 24.04', distribution: 'Ubuntu', slug: 'docker-24-04', type: 'snapshot', min_disk_size: 25
  }),
  image({ ...own, id: 63663980, name: '20.04 (LTS) x64', distribution: 'Ubuntu', status: 'retired' }),
  image({ ...own, id: 158330303, name: 'golden', distribution: 'Arch Linux', type: 'custom', regions: ['nyc3'], min_disk_size: 20 }),
  image({ ...own, id: 158330304, name: 'arriving', distribution: 'Unknown', type: 'custom', status: 'pending', min_disk_size: null }),
  image({ ...own, id: 159440404, name: '1.33.1-do.0', distribution: 'Debian', type: 'admin' }),
  image({ ...ofWeb, id: 67512819, name: 'web-1-before', type: 'snapshot' }),
  image({ ...ofWeb, id: 53893572, name: 'web-1 2026-10-29', type: 'backup' })
]

export const imageView = ({ droplet: _, ...shown }: Image): Json => ({ ...shown, description: shown.name, tags: [] })

export const snapshotView = (image: Image): Json =>
  pick(image, 'id', 'name', 'created_at', 'regions', 'min_disk_size', 'size_gigabytes', 'type')

export const keys = [
  {
    id: 289794,
    fingerprint: '3b:16:e4:bf:8b:00:8b:b8:59:8c:a9:d3:f0:19:fa:45',
    public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample deploy@example',
    name: 'deploy'
  },
  {
    id: 289795,
    fingerprint: 'f5:de:eb:64:2d:6a:b6:d5:bb:06:47:7f:04:4b:f8:e2',
    public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIother ci@example',
    name: 'ci'
  }
]

const created = '2020-03-13T19:20:47.442049222Z'

const vpc = (id: string, name: string, region: string, range: string, isDefault: boolean) =>
  ({ id, urn: `do:vpc:${id}`, name, description: '', region, ip_range: range, default: isDefault, created_at: created })

export const vpcs = [
  vpc('5a4981aa-9653-4bd1-bef5-d6bff52042e4', 'env.prod-vpc', 'nyc1', '10.10.10.0/24', false),
  vpc('760e09ef-dc84-11e8-981e-3cfdfeaae000', 'default-nyc3', 'nyc3', '10.128.0.0/16', true),
  vpc('e0fe0f4d-596a-465e-a902-571ce57b79fa', 'default-nyc1', 'nyc1', '10.102.0.0/20', true)
]
