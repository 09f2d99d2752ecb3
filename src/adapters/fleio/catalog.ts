import type { AdapterVerbs, Catalog } from '../verbs.ts'
import type { Image, Network, Plan, Region, SshKey } from '../../domain/catalogue.ts'
import { regionQuery, type RegionQuery } from '../../domain/parameter.ts'
import type { CatalogueClient } from './catalog-client.ts'
import type { ImageRowWire, KeyWire, NetworkWire, PlanWire, RegionWire } from './catalog-schema.ts'
import { readForms } from './catalog-forms.ts'
import { diskOf } from './mapping.ts'
import type { OwnerClient } from './owners-client.ts'
import type { FleioMode } from './settings.ts'

type Catalogues = Required<Pick<AdapterVerbs, 'regions' | 'ssh_keys'>> & {
  readonly images: Catalog<Image, RegionQuery>
  readonly plans: Catalog<Plan, RegionQuery>
  readonly networks: Catalog<Network, RegionQuery>
}

const evidence = 'inferred'
const parameters = regionQuery
const cost = { calls: 0, perPage: 1 }

/** Images, plans and networks belong to one region each; an unknown region has none. */
const inRegion = <Row extends { readonly region: string | null }>(rows: readonly Row[], { region }: RegionQuery): readonly Row[] =>
  region === undefined ? rows : rows.filter(row => row.region === null || row.region === region)

export function createCatalogues (catalogue: CatalogueClient, owners: OwnerClient, mode: FleioMode): Catalogues {
  const source = mode === 'staff' ? staffSource(catalogue) : enduserSource(catalogue, owners)
  return {
    images: { evidence, parameters, cost, run: async query => inRegion(unique(await source.images(query)).filter(isBootable).map(toImage), query) },
    plans: { evidence, parameters, cost, run: async query => inRegion(unique(await source.plans(query)).filter(isUsable).map(toPlan), query) },
    regions: { evidence, cost, run: async () => (await catalogue.listRegions()).filter(row => row.enabled !== false).map(toRegion) },
    ssh_keys: { evidence, cost, note: 'The keys of the token\'s user.', run: async () => (await catalogue.listKeys()).map(toKey) },
    networks: { evidence, parameters, cost, run: async query => inRegion((await catalogue.listNetworks()).map(toNetwork), query) }
  }
}

interface Source {
  images(query: RegionQuery): Promise<readonly ImageRowWire[]>
  plans(query: RegionQuery): Promise<readonly PlanWire[]>
}

/** The vendor silently ignores unknown filters, so regions are filtered here. */
const staffSource = (catalogue: CatalogueClient): Source => ({
  images: async () => await catalogue.listImages(),
  plans: async () => await catalogue.listFlavors()
})

/** End users see only their own images in the list of images, and have no list of plans. */
const enduserSource = (catalogue: CatalogueClient, owners: OwnerClient): Source => ({
  images: async query => (await readForms(catalogue, owners, query)).flatMap(({ bootSources: sources }) =>
    [sources?.image, sources?.owned_image, sources?.shared_image, sources?.community_image].flatMap(present)),
  plans: async query => (await readForms(catalogue, owners, query)).flatMap(({ flavor }) => present(flavor))
})

const present = <Row>(rows: ReadonlyArray<Row | null | undefined> | null | undefined): readonly Row[] =>
  (rows ?? []).filter(row => row !== null && row !== undefined)

const unique = <Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] => [...new Map(rows.map(row => [row.id, row])).values()]

/** Excludes ISO images and images that are deleted or not yet active. */
const isBootable = ({ status, type, is_iso: isIso }: ImageRowWire): boolean =>
  (status ?? 'active') === 'active' && type !== 'deleted' && isIso !== true

const isUsable = ({ disabled, deleted }: PlanWire): boolean => disabled !== true && deleted !== true

const positive = (value: number | null | undefined): number | null => typeof value === 'number' && value > 0 ? value : null

function toImage (wire: ImageRowWire): Image {
  const system = [wire.os_distro, wire.os_version].filter(part => typeof part === 'string' && part !== '').join(' ')
  return {
    id: wire.id,
    name: wire.name ?? wire.display_name ?? wire.id,
    os: system === '' ? null : system,
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

const toKey = (wire: KeyWire): SshKey =>
  ({ id: wire.id, name: wire.name ?? wire.id, public_key: wire.public_key ?? null, fingerprint: wire.fingerprint ?? null })

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
