import type { Image, Network, Plan, Region } from '../../domain/catalog.ts'
import { cidrOf } from '../kit/addresses.ts'
import { byRegion, joined, positive, toSshKey } from '../kit/catalog.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import type { CloudregionWire, ImageWire, NetworkWire, SkuWire } from './schema.ts'

/** The catalogs of a create; rows that it cannot use are left out. */
export const createCatalogs = (client: OnecloudClient): Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: {
    evidence: 'observed',
    run: async () => (await client.images()).filter(image => image.status === 'active' && image.pending_deleted !== true).map(toImage)
  },
  plans: byRegion({
    evidence: 'observed',
    note: 'Sizes of the provider\'s own platform, by name. They include no disk unless disk_gib is set, and have no price.',
    run: async ({ region }) => (await client.skus()).filter(sku => sku.enabled !== false && isIn(region, sku)).map(toPlan)
  }),
  regions: {
    evidence: 'observed',
    run: async () => (await client.cloudregions()).filter(region => region.enabled !== false && region.status === 'inservice').map(toRegion)
  },
  ssh_keys: {
    evidence: 'observed',
    note: 'The keys of the user whom the account signs in as.',
    run: async () => (await client.keypairs()).map(toSshKey)
  },
  networks: byRegion({
    evidence: 'observed',
    run: async ({ region }) => (await client.networks())
      .filter(({ status, server_type: type }) => (status ?? 'available') === 'available' && (type ?? 'guest') === 'guest')
      .filter(network => isIn(region, network))
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
const toPlan = ({ name, postpaid_status: stock, ...sku }: SkuWire): Plan => ({
  id: name,
  name,
  cpus: sku.cpu_core_count ?? null,
  memory_mib: sku.memory_size_mb ?? null,
  disk_gib: positive(sku.attached_disk_size_gb),
  region: sku.cloudregion_id ?? null,
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
