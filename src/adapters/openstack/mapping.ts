import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { Address, ServerFacts } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import type { FlavorWire } from './catalog-schema.ts'
import { toReason } from './failures.ts'
import { isOwnTag } from './ids.ts'
import { actionsOf, toPower, toStatus } from './mapping-statuses.ts'
import { faultWire, serverWire, tagsWire, type ServerWire } from './schema.ts'

export const seenServer: z.ZodType<Seen> = seenWire(serverWire, toServer)
  .transform(seen => seen.server.status === 'error' ? { ...seen, fault: toFault(seen.raw) } : seen)

function toFault (raw: unknown): string | null {
  const message = faultWire.safeParse(raw).data?.fault.message.trim() ?? ''
  return message === '' ? null : toReason(message)
}

/** Whether a server carries a tag, also one that lists do not show. */
export const isTagged = (raw: unknown, tag: string): boolean => tagsWire.safeParse(raw).data?.tags.includes(tag) === true

function toServer (wire: ServerWire): ServerFacts {
  const word = wire.status ?? ''
  const task = wire['OS-EXT-STS:task_state'] ?? null
  const isLocked = wire.locked === true
  const { flavor, tenant_id: owner } = wire
  const zone = wire['OS-EXT-AZ:availability_zone'] ?? ''
  return {
    id: wire.id,
    name: wire.name ?? '',
    status: toStatus(word, task),
    power: toPower(wire['OS-EXT-STS:power_state']),
    task,
    provider_status: wire.status ?? null,
    cpus: flavor?.vcpus ?? null,
    memory_mib: flavor?.ram ?? null,
    disk_gib: toDisk(wire),
    addresses: toAddresses(wire),
    image: typeof wire.image?.id === 'string' ? { id: wire.image.id, name: null } : null,
    plan: typeof flavor?.original_name === 'string' ? { id: null, name: flavor.original_name } : null,
    region: zone === '' ? null : { id: zone, name: null },
    owner: typeof owner === 'string' ? { id: owner, name: null } : null,
    created_at: toUtc(wire.created),
    tags: (wire.tags ?? []).filter(tag => !isOwnTag(tag)),
    locked: task !== null ? true : wire.locked ?? null,
    protected: null,
    allowed_actions: actionsOf(word, { task, isLocked })
  }
}

/** Root and second disk. A root disk of 0 has the size of the image; a server that boots from a volume does not have the plan's. */
function toDisk ({ flavor, image }: ServerWire): number | null {
  if (image === null || image === undefined) return null
  return diskOf(flavor?.disk, flavor?.ephemeral)
}

const diskOf = (disk: number | null | undefined, ephemeral: number | null | undefined): number | null =>
  typeof disk === 'number' && disk > 0 ? disk + (ephemeral ?? 0) : null

/** The floating IPv4 address is the primary one, else the first fixed IPv4. The networks are in any order, and so are the families. */
function toAddresses (wire: ServerWire): Address[] {
  const all = Object.values(wire.addresses ?? {}).flat().flatMap(({ addr, 'OS-EXT-IPS:type': type }) => {
    const isFloating = type === 'floating'
    const address = addressOf(addr, isFloating ? { scope: 'public' } : {})
    return address === null ? [] : [{ address, rank: (isFloating ? 0 : 1) + (address.family === 4 ? 0 : 2) }]
  })
  return all.sort((a, b) => a.rank - b.rank).map(({ address }, index) => ({ ...address, primary: index === 0 }))
}

/**
 * A server has the name of its flavor, but not the id. A flavor that was made anew under the same name has other sizes, so these must be
 * the same.
 */
export function withPlan (seen: Seen, flavors: readonly FlavorWire[]): Seen {
  const { plan, cpus, memory_mib: memory, disk_gib: disk } = seen.server
  const found = flavors.find(row => row.name === plan?.name && row.vcpus === cpus && row.ram === memory && (disk === null || toPlanDisk(row) === disk))
  return found === undefined || plan === null ? seen : { ...seen, server: { ...seen.server, plan: { id: found.id, name: plan.name } } }
}

export const toPlanDisk = (row: FlavorWire): number | null => diskOf(row.disk, row['OS-FLV-EXT-DATA:ephemeral'])
