import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { Address, Power, ServerAction, ServerFacts, ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import { toReason } from './failures.ts'
import { isOwnTag } from './ids.ts'
import { faultWire, serverWire, tagsWire, type FlavorWire, type ServerWire } from './schema.ts'

export const seenServer: z.ZodType<Seen> = seenWire(serverWire, toServer)
  .transform(seen => seen.server.status === 'error' ? { ...seen, fault: toFault(seen.raw) } : seen)

function toFault (raw: unknown): string | null {
  const message = faultWire.safeParse(raw).data?.fault.message.trim() ?? ''
  return message === '' ? null : toReason(message)
}

/** Whether the vendor's record has the tag; ours leaves out the gateway's own tags. */
export const isTagged = (raw: unknown, tag: string): boolean => tagsWire.safeParse(raw).data?.tags.includes(tag) === true

/** Nova's `status` by ours, without a task: nova/api/openstack/common.py, _STATE_MAP. */
const vendorStatuses: ReadonlyArray<readonly [ServerStatus, readonly string[]]> = [
  ['provisioning', ['BUILD']],
  ['running', ['ACTIVE', 'PASSWORD']],
  ['stopped', ['SHUTOFF', 'SHELVED', 'SHELVED_OFFLOADED']],
  ['rebooting', ['REBOOT', 'HARD_REBOOT']],
  ['rebuilding', ['REBUILD']],
  ['resizing', ['RESIZE', 'VERIFY_RESIZE', 'REVERT_RESIZE']],
  ['migrating', ['MIGRATING']],
  ['paused', ['PAUSED']],
  ['suspended', ['SUSPENDED']],
  ['rescue', ['RESCUE']],
  ['error', ['ERROR']],
  ['deleted', ['DELETED', 'SOFT_DELETED']]
]
const statuses = new Map(vendorStatuses.flatMap(([status, words]) => words.map(word => [word, status] as const)))

/** Tasks that `status` does not show; the first match counts. `from`: the statuses in which the task changes ours; absent: in all. */
const tasks: ReadonlyArray<{ readonly task: RegExp, readonly from?: RegExp, readonly status: ServerStatus }> = [
  { task: /^(?:soft-)?deleting$/, status: 'deleting' },
  { task: /^(?:powering-off|pausing|suspending|shelving.*)$/, from: /^(?:ACTIVE|SHUTOFF|PAUSED|SUSPENDED)$/, status: 'stopping' },
  { task: /^(?:powering-on|reboot.*|rescuing)$/, from: /^SHUTOFF$/, status: 'starting' },
  { task: /^unpausing$/, from: /^PAUSED$/, status: 'starting' },
  { task: /^resuming$/, from: /^SUSPENDED$/, status: 'starting' },
  { task: /^(?:unshelving|spawning)$/, from: /^SHELVED/, status: 'starting' },
  { task: /^(?:rescuing|reboot.*)$/, from: /^(?:ACTIVE|ERROR)$/, status: 'rebooting' },
  { task: /^unrescuing$/, from: /^RESCUE$/, status: 'rebooting' },
  { task: /^migrating$/, from: /^(?:ACTIVE|PAUSED)$/, status: 'migrating' }
]

export function toStatus (vendorStatus: string, task: string | null): ServerStatus {
  const found = task === null ? undefined : tasks.find(row => row.task.test(task) && (row.from?.test(vendorStatus) ?? true))
  return found?.status ?? statuses.get(vendorStatus) ?? 'unknown'
}

/** nova/compute/power_state.py. It may be out of date. */
const powers: ReadonlyMap<number, Power> = new Map<number, Power>([[1, 'on'], [3, 'on'], [4, 'off'], [6, 'off'], [7, 'off']])

/** The actions allowed in each status while no task is in progress, and in any other: nova/compute/api.py. */
const actions: ReadonlyMap<string, readonly ServerAction[]> = new Map<string, readonly ServerAction[]>([
  ['ACTIVE', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['SHUTOFF', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'console', 'delete']],
  ['PAUSED', ['rename', 'console', 'delete']],
  ['SUSPENDED', ['rename', 'console', 'delete']],
  ['RESCUE', ['rename', 'unrescue', 'console', 'delete']],
  ['VERIFY_RESIZE', ['rename', 'console', 'delete']],
  ['ERROR', ['reboot', 'rename', 'rebuild', 'delete']]
])
const otherwise: readonly ServerAction[] = ['rename', 'delete']

const duringTask: ReadonlySet<ServerAction> = new Set<ServerAction>(['rename', 'delete'])
const despiteLock: ReadonlySet<ServerAction> = new Set<ServerAction>(['rename', 'console'])

/** Nova's filters for the statuses of ours that no other status of Nova can show. Nova filters by the internal state. */
const filterStatuses: ReadonlyMap<ServerStatus, readonly string[]> = new Map<ServerStatus, readonly string[]>([
  ['provisioning', ['BUILD']],
  ['running', ['ACTIVE']],
  ['stopped', ['SHUTOFF', 'SHELVED', 'SHELVED_OFFLOADED']],
  ['paused', ['PAUSED']],
  ['suspended', ['SUSPENDED']],
  ['rescue', ['RESCUE']],
  ['error', ['ERROR']]
])

/** Nova's statuses to filter by; empty if one of ours has no closed list. */
export function toFilter (wanted: ReadonlySet<ServerStatus>): readonly string[] {
  const found = [...wanted].map(status => filterStatuses.get(status))
  return found.includes(undefined) ? [] : found.flatMap(vendorStatuses => vendorStatuses ?? [])
}

function toServer (wire: ServerWire): ServerFacts {
  const vendorStatus = wire.status ?? ''
  const task = wire['OS-EXT-STS:task_state'] ?? null
  const { flavor, tenant_id: owner } = wire
  const zone = wire['OS-EXT-AZ:availability_zone'] ?? ''
  return {
    id: wire.id,
    name: wire.name ?? '',
    status: toStatus(vendorStatus, task),
    power: powers.get(wire['OS-EXT-STS:power_state'] ?? 0) ?? 'unknown',
    task,
    provider_status: wire.status ?? null,
    cpus: flavor?.vcpus ?? null,
    memory_mib: flavor?.ram ?? null,
    // Root and ephemeral disk. A root disk of 0 is as large as the image; a server that boots from a volume does not have the plan's disk.
    disk_gib: wire.image === null || wire.image === undefined ? null : toDisk(flavor?.disk, flavor?.ephemeral),
    addresses: toAddresses(wire),
    image: typeof wire.image?.id === 'string' ? { id: wire.image.id, name: null } : null,
    plan: typeof flavor?.original_name === 'string' ? { id: null, name: flavor.original_name } : null,
    region: zone === '' ? null : { id: zone, name: null },
    owner: typeof owner === 'string' ? { id: owner, name: null } : null,
    created_at: toUtc(wire.created),
    tags: (wire.tags ?? []).filter(tag => !isOwnTag(tag)),
    locked: task !== null ? true : wire.locked ?? null,
    protected: null,
    allowed_actions: (actions.get(vendorStatus) ?? otherwise)
      .filter(action => (task === null || duringTask.has(action)) && (wire.locked !== true || despiteLock.has(action)))
  }
}

const toDisk = (disk: number | null | undefined, ephemeral: number | null | undefined): number | null =>
  typeof disk === 'number' && disk > 0 ? disk + (ephemeral ?? 0) : null

/** The floating IPv4 address is primary, otherwise the first fixed IPv4 address. Networks and families come in any order. */
function toAddresses (wire: ServerWire): Address[] {
  const all = Object.values(wire.addresses ?? {}).flat().flatMap(({ addr, 'OS-EXT-IPS:type': type }) => {
    const isFloating = type === 'floating'
    const address = addressOf(addr, isFloating ? { scope: 'public' } : {})
    return address === null ? [] : [{ address, rank: (isFloating ? 0 : 1) + (address.family === 4 ? 0 : 2) }]
  })
  return all.sort((a, b) => a.rank - b.rank).map(({ address }, index) => ({ ...address, primary: index === 0 }))
}

/**
 * A server's record has the name of its flavor, but not the id. A flavor that was recreated with the same name may have other sizes, so
 * the sizes must match, too.
 */
export function withPlan (seen: Seen, flavors: readonly FlavorWire[]): Seen {
  const { plan, cpus, memory_mib: memory, disk_gib: disk } = seen.server
  if (plan === null) return seen
  const found = flavors.find(row =>
    row.name === plan.name && row.vcpus === cpus && row.ram === memory && (disk === null || toPlanDisk(row) === disk))
  return found === undefined ? seen : { ...seen, server: { ...seen.server, plan: { id: found.id, name: plan.name } } }
}

export const toPlanDisk = (row: FlavorWire): number | null => toDisk(row.disk, row['OS-FLV-EXT-DATA:ephemeral'])
