import type { Image, Network, Plan } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import { byRegion, toSshKey } from '../kit/catalog.ts'
import { isNumericId } from '../kit/ids.ts'
import type { AllVerbs, Catalog } from '../verbs.ts'
import type { VmmanagerClient } from './client.ts'
import { privateNetworkId, savedImageId } from './ids.ts'
import type { PoolWire, PresetWire, SavedImageWire, TemplateWire, VxlanWire } from './schema.ts'

type Clusters = PoolWire['clusters']

export const createCatalogs = (client: VmmanagerClient): Pick<AllVerbs, 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: inRegion({
    evidence: 'observed',
    note: 'Templates by number, and images saved from servers as image:number. Saved images have no region.'
  }, async isThere => {
    const templates = await client.listTemplates()
    const saved = await client.listSavedImages()
    return [
      ...templates.filter(wire => isUsable(wire) && wire.adminonly !== true && isThere(wire)).map(toImage),
      ...saved.filter(isUsable).map(toSavedImage)
    ]
  }),
  plans: {
    evidence: 'documented',
    note: 'Plans are presets, without prices. The provider does not return the preset of a server.',
    run: async () => (await client.listPresets()).map(toPlan)
  },
  regions: {
    evidence: 'observed',
    note: 'Clusters.',
    run: async () => (await client.listClusters()).map(({ id, name }) => ({ id, name: name ?? id }))
  },
  ssh_keys: inRegion({
    evidence: 'documented',
    note: 'Keys of the clusters; a create cannot choose them.'
  }, async isThere => (await client.listSshKeys()).filter(isThere)
    .map(({ id, name, ssh_key: key }) => toSshKey({ id, name, public_key: key }))),
  networks: inRegion({
    evidence: 'documented',
    note: 'Address pools by number; private networks as vxlan:network:range.'
  }, async isThere => {
    const pools = await client.listPools()
    const vxlans = await client.listVxlans()
    return [...pools.filter(isThere).map(toPoolNetwork), ...vxlans.filter(isThere).flatMap(toPrivateNetworks)]
  })
})

type Facts = Pick<Catalog<unknown>, 'evidence' | 'note'>
type IsThere = (wire: { readonly clusters: Clusters }) => boolean

/** Regions are filtered here: the platform's filters are not documented, and a wrong one is answered with 500. */
const inRegion = <Row>(facts: Facts, read: (isThere: IsThere) => Promise<Row[]>): Catalog<Row> => byRegion({
  ...facts,
  run: async ({ region }) => {
    if (region !== undefined && !isNumericId(region)) {
      throw badMember('query.region', 'is not an id of this provider: those are whole numbers')
    }
    return await read(({ clusters }) => region === undefined || clusters.some(({ id }) => id === region))
  }
})

/** An image that is not active is being created, broken or disabled. */
const isUsable = ({ state }: Pick<TemplateWire, 'state'>): boolean => (state ?? 'active') === 'active'

const gibOf = (mib: number | null | undefined): number | null => typeof mib === 'number' ? mib / 1024 : null

const onlyId = (clusters: Clusters): string | null => clusters.length === 1 ? clusters[0]?.id ?? null : null

const toImage = (wire: TemplateWire): Image => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  os: wire.os_group ?? null,
  region: onlyId(wire.clusters),
  min_disk_gib: gibOf(wire.hdd_mib_required),
  min_memory_mib: wire.min_ram_mib ?? null
})

const toSavedImage = (wire: SavedImageWire): Image => ({
  id: savedImageId(wire.id),
  name: wire.name ?? wire.id,
  os: null,
  region: null,
  min_disk_gib: gibOf(wire.size_mib),
  min_memory_mib: null
})

const toPlan = (wire: PresetWire): Plan => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  cpus: wire.cpu_number ?? null,
  memory_mib: wire.ram_mib ?? null,
  disk_gib: gibOf(wire.disks.length === 0 ? wire.hdd_mib : wire.disks.reduce((sum, disk) => sum + disk.size_mib, 0)),
  region: null,
  available: null,
  price: null
})

/** The vendor does not return the kind of a pool's addresses. */
const toPoolNetwork = (wire: PoolWire): Network =>
  ({ id: wire.id, name: wire.name ?? wire.id, region: onlyId(wire.clusters), scope: 'unknown', cidrs: [] })

/** One row for each range, since a server gets an address from one range. */
function toPrivateNetworks (wire: VxlanWire): Network[] {
  const facts = { name: wire.name ?? wire.id, region: onlyId(wire.clusters), scope: 'private' } as const
  if (wire.ipnets.length === 0) return [{ ...facts, id: privateNetworkId(wire.id, null), cidrs: [] }]
  return wire.ipnets.map(({ id, name }) => ({ ...facts, id: privateNetworkId(wire.id, id), cidrs: name ? [name] : [] }))
}
