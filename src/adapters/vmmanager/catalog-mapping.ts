import type { AddressRow, Image, Network, Owner, Plan } from '../../domain/catalog.ts'
import { addressRow, prefixOfNetmask } from '../kit/addresses.ts'
import type {
  AccountWire, IpWire, PoolWire, PresetWire, SavedImageWire, TemplateWire, VxlanWire
} from './catalog-schema.ts'
import { savedImageId } from './ids-image.ts'
import { privateNetworkId } from './ids-networks.ts'

const gibOf = (mib: number | null | undefined): number | null => typeof mib === 'number' ? mib / 1024 : null

const onlyId = (clusters: ReadonlyArray<{ readonly id: string }>): string | null => clusters.length === 1 ? clusters[0]?.id ?? null : null

/** An image that is not active is being created, broken or disabled. */
export const isUsable = ({ state }: { readonly state?: string | null | undefined }): boolean => (state ?? 'active') === 'active'

export const isInCluster = (clusters: ReadonlyArray<{ readonly id: string }>, region: string | undefined): boolean =>
  region === undefined || clusters.some(({ id }) => id === region)

export const toImage = (wire: TemplateWire): Image => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  os: wire.os_group ?? null,
  region: onlyId(wire.clusters),
  min_disk_gib: gibOf(wire.hdd_mib_required),
  min_memory_mib: wire.min_ram_mib ?? null
})

export const toSavedImage = (wire: SavedImageWire): Image => ({
  id: savedImageId(wire.id),
  name: wire.name ?? wire.id,
  os: null,
  region: null,
  min_disk_gib: gibOf(wire.size_mib),
  min_memory_mib: null
})

export const toPlan = (wire: PresetWire): Plan => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  cpus: wire.cpu_number ?? null,
  memory_mib: wire.ram_mib ?? null,
  disk_gib: wire.disks.length === 0 ? gibOf(wire.hdd_mib) : wire.disks.reduce((sum, disk) => sum + disk.size_mib, 0) / 1024,
  region: null,
  available: null,
  price: null
})

/** The vendor does not return the kind of a pool's addresses. */
export const toPoolNetwork = (wire: PoolWire): Network => ({
  id: wire.id, name: wire.name ?? wire.id, region: onlyId(wire.clusters), scope: 'unknown', cidrs: []
})

/** One row for each range, since a server gets an address from one range. */
export function toPrivateNetworks (wire: VxlanWire): Network[] {
  const facts = { name: wire.name ?? wire.id, region: onlyId(wire.clusters), scope: 'private' } as const
  if (wire.ipnets.length === 0) return [{ ...facts, id: privateNetworkId(wire.id, null), cidrs: [] }]
  return wire.ipnets.map(({ id, name }) => ({ ...facts, id: privateNetworkId(wire.id, id), cidrs: (name ?? '') === '' ? [] : [name ?? ''] }))
}

export const toOwner = (wire: AccountWire): Owner =>
  ({ id: wire.id, name: null, email: wire.email ?? null, status: wire.state ?? null })

export const toAddressRow = (wire: IpWire, facts: Pick<AddressRow, 'server_id' | 'region' | 'primary'>): AddressRow | null => addressRow(wire.ip_addr, {
  id: wire.id,
  prefix_length: prefixOfNetmask(wire.mask),
  gateway: textOrNull(wire.gateway),
  ptr: textOrNull(wire.domain),
  ...facts
})

const textOrNull = (text: string | null | undefined): string | null => (text ?? '') === '' ? null : text ?? null
