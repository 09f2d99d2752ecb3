import type { z } from 'zod'
import { canonicalAddress } from '../../domain/address.ts'
import type { Seen } from '../../domain/list.ts'
import { powerOf, type Address, type Reference, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf, canonicalIp, prefixOfNetmask } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import { dropletWire, type DropletWire, type NetworkWire } from './schema.ts'

/** What `archive` means is not documented, so it is `unknown`. */
const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['new', 'provisioning'],
  ['active', 'running'],
  ['off', 'stopped']
])

const actions: ReadonlyMap<string, readonly ServerAction[]> = new Map<string, readonly ServerAction[]>([
  ['active', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'password', 'delete']],
  ['off', ['start', 'resize', 'rename', 'rebuild', 'password', 'delete']],
  ['archive', ['delete']]
])

export const seenDroplet: z.ZodType<Seen> = seenWire(dropletWire, toServer)

/** A running action does not show here: since 2019 `locked` means an administrator's lock only. */
export function toServer (wire: DropletWire): ServerFacts {
  const vendorStatus = wire.status ?? ''
  const status = statuses.get(vendorStatus) ?? 'unknown'
  return {
    id: wire.id,
    name: wire.name ?? '',
    status,
    power: powerOf(status),
    task: null,
    provider_status: wire.status ?? null,
    cpus: wire.vcpus ?? null,
    memory_mib: wire.memory ?? null,
    disk_gib: wire.disk ?? null,
    addresses: toAddresses(wire),
    image: toImage(wire),
    plan: typeof wire.size_slug === 'string' ? { id: wire.size_slug, name: null } : null,
    region: wire.region === null || wire.region === undefined ? null : { id: wire.region.slug, name: wire.region.name ?? null },
    owner: null,
    created_at: toUtc(wire.created_at),
    tags: wire.tags ?? [],
    locked: wire.locked ?? null,
    protected: null,
    allowed_actions: wire.locked === true ? [] : [...actions.get(vendorStatus) ?? []]
  }
}

/** A base image is named by its version alone: "24.04 (LTS) x64" of Ubuntu. */
export const imageNameOf = ({ name, distribution, type }: NonNullable<DropletWire['image']>): string | null =>
  type === 'base' && typeof distribution === 'string' ? `${distribution} ${name ?? ''}`.trim() : name ?? null

const toImage = ({ image }: DropletWire): Reference | null =>
  image === null || image === undefined ? null : { id: image.slug ?? image.id, name: imageNameOf(image) }

/** Public addresses first. The droplet's own ones precede a reserved one, which looks the same. */
function toAddresses ({ networks }: DropletWire): Address[] {
  const rows = [...networks?.v4 ?? [], ...networks?.v6 ?? []].map(toAddress).filter(address => address !== null)
  const sorted = [...rows.filter(({ scope }) => scope === 'public'), ...rows.filter(({ scope }) => scope !== 'public')]
  return sorted.map((address, index) => ({ ...address, primary: index === 0 && address.scope === 'public' && address.family === 4 }))
}

function toAddress ({ ip_address: ip, netmask, gateway, type }: NetworkWire): Address | null {
  const scope = type === 'public' || type === 'private' ? { scope: type } as const : {}
  return addressOf(canonicalAddress(ip), {
    prefix_length: typeof netmask === 'number' ? netmask : prefixOfNetmask(netmask),
    gateway: canonicalIp(gateway ?? ''),
    ...scope
  })
}
