import { byRegion, joined, positive, toSshKey } from '../kit/catalog.ts'
import { present } from '../kit/wire.ts'
import type { AllVerbs } from '../verbs.ts'
import type { Image, Network, Plan, Region } from '../../domain/catalog.ts'
import type { RegionQuery } from '../../domain/parameter.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { ImageRowWire, NetworkWire, PlanWire, RegionWire } from './catalog-schema.ts'
import { readForms } from './catalog-forms.ts'
import { diskOf } from './mapping.ts'
import type { OwnerClient } from './owners-client.ts'
import type { FleioMode } from './settings.ts'

const evidence = 'inferred'

/** Images, plans and networks belong to one region each; an unknown region has none. */
const inRegion = <Row extends { readonly region: string | null }>(rows: readonly Row[], { region }: RegionQuery): readonly Row[] =>
  region === undefined ? rows : rows.filter(row => row.region === null || row.region === region)

export function createCatalogs (catalog: CatalogClient, owners: OwnerClient, mode: FleioMode): Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'> {
  const source = mode === 'staff' ? staffSource(catalog) : enduserSource(catalog, owners)
  return {
    images: byRegion({ evidence, run: async query => inRegion(unique(await source.images(query)).filter(isBootable).map(toImage), query) }),
    plans: byRegion({ evidence, run: async query => inRegion(unique(await source.plans(query)).filter(isUsable).map(toPlan), query) }),
    regions: { evidence, run: async () => (await catalog.listRegions()).filter(row => row.enabled !== false).map(toRegion) },
    ssh_keys: { evidence, note: 'The keys of the token\'s user.', run: async () => (await catalog.listKeys()).map(toSshKey) },
    networks: byRegion({ evidence, run: async query => inRegion((await catalog.listNetworks()).map(toNetwork), query) })
  }
}

interface Source {
  images(query: RegionQuery): Promise<readonly ImageRowWire[]>
  plans(query: RegionQuery): Promise<readonly PlanWire[]>
}

/** The vendor silently ignores unknown filters, so regions are filtered here. */
const staffSource = (catalog: CatalogClient): Source => ({
  images: async () => await catalog.listImages(),
  plans: async () => await catalog.listFlavors()
})

/** End users see only their own images in the list of images, and have no list of plans. */
const enduserSource = (catalog: CatalogClient, owners: OwnerClient): Source => ({
  images: async query => (await readForms(catalog, owners, query)).flatMap(({ bootSources: sources }) =>
    [sources?.image, sources?.owned_image, sources?.shared_image, sources?.community_image].flatMap(present)),
  plans: async query => (await readForms(catalog, owners, query)).flatMap(({ flavor }) => present(flavor))
})

const unique = <Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] => [...new Map(rows.map(row => [row.id, row])).values()]

/** Excludes ISO images and images that are deleted or not yet active. */
const isBootable = ({ status, type, is_iso: isIso }: ImageRowWire): boolean =>
  (status ?? 'active') === 'active' && type !== 'deleted' && isIso !== true

const isUsable = ({ disabled, deleted }: PlanWire): boolean => disabled !== true && deleted !== true

function toImage (wire: ImageRowWire): Image {
  return {
    id: wire.id,
    name: wire.name ?? wire.display_name ?? wire.id,
    os: joined(wire.os_distro, wire.os_version),
    region: wire.region ?? null,
    min_disk_gib: positive(wire.min_disk),
    min_memory_mib: positive(wire.min_ram)
  }
}

const toPlan = (wire: PlanWire): Plan => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  cpus: wire.vcpus ?? null,
  memory_mib: wire.memory_mb ?? null,
  disk_gib: diskOf(wire),
  region: wire.region ?? null,
  available: typeof wire.out_of_stock === 'boolean' ? !wire.out_of_stock : null,
  price: null
})

const toRegion = ({ id, description }: RegionWire): Region => ({ id, name: typeof description === 'string' && description !== '' ? description : id })

const toNetwork = (wire: NetworkWire): Network => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  region: wire.region ?? null,
  scope: scopeOf(wire),
  cidrs: present(wire.subnets).flatMap(({ cidr }) => typeof cidr === 'string' ? [cidr] : [])
})

/** An external network is public, a client's own network is private; a shared one may be either. */
function scopeOf ({ router_external: leadsOutside, shared }: NetworkWire): Network['scope'] {
  if (leadsOutside === true) return 'public'
  return leadsOutside === false && shared === false ? 'private' : 'unknown'
}
