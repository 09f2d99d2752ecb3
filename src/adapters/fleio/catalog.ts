import type { Image, Network, Plan, Region } from '../../domain/catalog.ts'
import type { RegionQuery } from '../../domain/parameter.ts'
import { byRegion, joined, positive, toSshKey } from '../kit/catalog.ts'
import { withoutNulls } from '../kit/wire.ts'
import type { AllVerbs } from '../verbs.ts'
import type { FleioClient } from './client.ts'
import { diskOf } from './mapping.ts'
import type { CreateFormWire, ImageRowWire, NetworkWire, PlanWire } from './schema.ts'
import type { FleioMode } from './settings.ts'

type Catalogs = Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'>

const evidence = 'inferred'

export function createCatalogs (client: FleioClient, mode: FleioMode): Catalogs {
  const listImages = async (query: RegionQuery): Promise<readonly ImageRowWire[]> => mode === 'staff'
    ? await client.listImages()
    : (await readForms(client, query)).flatMap(({ bootSources: sources }) =>
        [sources?.image, sources?.owned_image, sources?.shared_image, sources?.community_image].flatMap(withoutNulls))
  const listPlans = async (query: RegionQuery): Promise<readonly PlanWire[]> => mode === 'staff'
    ? await client.listFlavors()
    : (await readForms(client, query)).flatMap(({ flavor }) => withoutNulls(flavor))
  return {
    images: byRegion({ evidence, run: async query => inRegion(unique(await listImages(query)).filter(isBootable).map(toImage), query) }),
    plans: byRegion({ evidence, run: async query => inRegion(unique(await listPlans(query)).filter(isUsable).map(toPlan), query) }),
    regions: {
      evidence,
      run: async () => (await client.listRegions()).filter(row => row.enabled !== false)
        .map(({ id, description }): Region => ({ id, name: typeof description === 'string' && description !== '' ? description : id }))
    },
    ssh_keys: { evidence, note: 'The keys of the token\'s user.', run: async () => (await client.listKeys()).map(toSshKey) },
    networks: byRegion({ evidence, run: async query => inRegion((await client.listNetworks()).map(toNetwork), query) })
  }
}

/**
 * The forms for a new server: one for each client of the user and each region, or only for the requested region. End users
 * see plans and public images nowhere else.
 */
async function readForms (client: FleioClient, { region }: RegionQuery): Promise<readonly CreateFormWire[]> {
  const owners = await client.listClients()
  const forms: CreateFormWire[] = []
  for (const query of owners.length === 0 ? [{}] : owners.map(({ id }) => ({ client: id }))) {
    const first = await client.getCreateForm(region === undefined ? query : { ...query, region })
    forms.push(first)
    if (region !== undefined) continue
    const others = withoutNulls(first.region).filter(({ id }) => id !== first.selected_region)
    for (const { id } of others) forms.push(await client.getCreateForm({ ...query, region: id }))
  }
  return forms
}

/**
 * Images, plans and networks belong to one region each; an unknown region has none. Regions are filtered here, because the vendor
 * silently ignores unknown filters.
 */
const inRegion = <Row extends { readonly region: string | null }>(rows: readonly Row[], { region }: RegionQuery): readonly Row[] =>
  region === undefined ? rows : rows.filter(row => row.region === null || row.region === region)

const unique = <Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] =>
  [...new Map(rows.map(row => [row.id, row])).values()]

/** Excludes ISO images and images that are deleted or not yet active. */
const isBootable = ({ status, type, is_iso: isIso }: ImageRowWire): boolean =>
  (status ?? 'active') === 'active' && type !== 'deleted' && isIso !== true

const isUsable = ({ disabled, deleted }: PlanWire): boolean => disabled !== true && deleted !== true

const toImage = (wire: ImageRowWire): Image => ({
  id: wire.id,
  name: wire.name ?? wire.display_name ?? wire.id,
  os: joined(wire.os_distro, wire.os_version),
  region: wire.region ?? null,
  min_disk_gib: positive(wire.min_disk),
  min_memory_mib: positive(wire.min_ram)
})

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

const toNetwork = (wire: NetworkWire): Network => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  region: wire.region ?? null,
  scope: scopeOf(wire),
  cidrs: withoutNulls(wire.subnets).flatMap(({ cidr }) => typeof cidr === 'string' ? [cidr] : [])
})

/** An external network is public, a client's own network is private; a shared one may be either. */
function scopeOf ({ router_external: isExternal, shared }: NetworkWire): Network['scope'] {
  if (isExternal === true) return 'public'
  return isExternal === false && shared === false ? 'private' : 'unknown'
}
