import type { Image, Network, Plan, Region } from '../../domain/catalog.ts'
import { cidrOf } from '../kit/addresses.ts'
import { byRegion, joined, positive, toSshKey } from '../kit/catalog.ts'
import type { AllVerbs } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { CloudregionWire, ImageWire, NetworkWire, SkuWire } from './catalog-schema.ts'

/** The catalogs of a create; rows that it cannot use are left out. */
export const createCatalogs = (rows: CatalogClient): Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: {
    evidence: 'observed',
    run: async () => (await rows.images()).filter(image => image.status === 'active' && image.pending_deleted !== true).map(toImage)
  },
  plans: byRegion({
    evidence: 'observed',
    note: 'Sizes of the provider\'s own platform, by name. They include no disk unless disk_gib is set, and have no price.',
    run: async ({ region }) => (await rows.skus()).filter(sku => sku.enabled !== false && isIn(region, sku)).map(toPlan)
  }),
  regions: {
    evidence: 'observed',
    run: async () => (await rows.cloudregions()).filter(region => region.enabled !== false && region.status === 'inservice').map(toRegion)
  },
  ssh_keys: {
    evidence: 'observed',
    note: 'The keys of the user whom the account signs in as.',
    run: async () => (await rows.keypairs()).map(toSshKey)
  },
  networks: byRegion({
    evidence: 'observed',
    run: async ({ region }) => (await rows.networks())
      .filter(network => (network.status ?? 'available') === 'available' && (network.server_type ?? 'guest') === 'guest' && isIn(region, network))
      .map(toNetwork)
  })
})

/** Filtered here: some lists answer an unknown region with 404, others with no rows. */
const isIn = (region: string | undefined, { cloudregion_id: id }: { readonly cloudregion_id?: string | null | undefined }): boolean =>
  region === undefined || id === region

/** The vendor's two minima are in MiB. */
const toImage = ({ id, name, min_disk: disk, min_ram: memory, properties }: ImageWire): Image => ({
  id,
  name: name ?? id,
  os: joined(properties?.os_distribution ?? properties?.os_type, properties?.os_version),
  region: null,
  min_disk_gib: positive(disk, 1024),
  min_memory_mib: positive(memory)
})

/** Servers are created postpaid, so `postpaid_status` is the relevant stock. The disk is in GiB, unlike all other sizes. */
const toPlan = ({ name, cpu_core_count: cpus, memory_size_mb: memory, attached_disk_size_gb: disk, cloudregion_id: region, postpaid_status: stock }: SkuWire): Plan => ({
  id: name,
  name,
  cpus: cpus ?? null,
  memory_mib: memory ?? null,
  disk_gib: positive(disk),
  region: region ?? null,
  available: stock === 'available' ? true : stock === 'soldout' ? false : null,
  price: null
})

const toRegion = ({ id, name }: CloudregionWire): Region => ({ id, name: name ?? id })

const toNetwork = (wire: NetworkWire): Network => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  region: wire.cloudregion_id ?? null,
  scope: wire.exit === true ? 'public' : wire.exit === false ? 'private' : 'unknown',
  cidrs: [cidrOf(wire.guest_ip_start, wire.guest_ip_mask)].filter(cidr => cidr !== null)
})
