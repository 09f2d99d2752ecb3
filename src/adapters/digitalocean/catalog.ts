import { priceOf, type Image, type Network, type Plan } from '../../domain/catalog.ts'
import { byRegion, toSshKey } from '../kit/catalog.ts'
import type { AdapterVerbs } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import { imageNameOf } from './mapping.ts'
import type { ImageWire, SizeWire, VpcWire } from './schema.ts'

const evidence = 'documented'

export const createCatalogs = (client: DigitaloceanClient) => ({
  images: byRegion({
    evidence,
    run: async ({ region }) => (await client.listImages()).filter(row => isUsable(row) && isIn(row.regions, region)).map(toImage)
  }),
  plans: byRegion({
    evidence,
    note: 'Prices are in US dollars and the same in all regions.',
    run: async ({ region }) => (await client.listSizes()).filter(row => isIn(row.regions, region)).map(toPlan)
  }),
  regions: {
    evidence,
    run: async () => (await client.listRegions()).filter(({ available }) => available !== false)
      .map(({ slug, name }) => ({ id: slug, name: name ?? slug }))
  },
  ssh_keys: {
    evidence,
    note: 'The provider allows ten such lists a minute.',
    run: async () => (await client.listKeys()).map(toSshKey)
  },
  networks: byRegion({
    evidence,
    note: 'VPC networks; a create takes one of its own region.',
    run: async ({ region }) => (await client.listVpcs()).filter(row => region === undefined || row.region === region).map(toNetwork)
  })
} satisfies Partial<AdapterVerbs>)

const isIn = (regions: readonly string[] | null, region: string | undefined): boolean =>
  region === undefined || (regions ?? []).includes(region)

/** Images of Kubernetes (`admin`), and those that are not finished or retired, cannot be chosen. */
const isUsable = ({ status, type }: ImageWire): boolean => (status ?? 'available') === 'available' && type !== 'admin'

const onlyOf = (regions: readonly string[] | null): string | null => regions?.length === 1 ? regions[0] ?? null : null

const toImage = (wire: ImageWire): Image => ({
  id: wire.slug ?? wire.id,
  name: imageNameOf(wire) ?? wire.id,
  os: wire.distribution ?? null,
  region: onlyOf(wire.regions),
  min_disk_gib: wire.min_disk_size ?? null,
  min_memory_mib: null
})

/** The vendor's prices are floating point numbers like 0.00743999984115362. */
const rounded = (price: number | null | undefined): number | null => typeof price === 'number' ? Number(price.toFixed(6)) : null

const toPlan = ({ slug, vcpus, memory, disk, regions, available, price_monthly: monthly, price_hourly: hourly }: SizeWire): Plan => ({
  id: slug,
  name: slug,
  cpus: vcpus ?? null,
  memory_mib: memory ?? null,
  disk_gib: disk ?? null,
  region: onlyOf(regions),
  available: available !== false && (regions ?? []).length > 0,
  price: priceOf({ currency: 'USD', hourly: rounded(hourly), monthly: rounded(monthly) })
})

const toNetwork = ({ id, name, region, ip_range: range }: VpcWire): Network =>
  ({ id, name: name ?? id, region: region ?? null, scope: 'private', cidrs: typeof range === 'string' ? [range] : [] })
