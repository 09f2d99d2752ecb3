import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import { powerOf, type Address, type Reference, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import { present } from '../kit/wire.ts'
import { permitted, toActions } from './mapping-actions.ts'
import { instanceWire, type FlavorWire, type InstanceWire, type PermissionsWire } from './schema.ts'

/** Nova's vm_state in lower case to ours; `booted_from_iso` is Fleio's own. */
export const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['active', 'running'],
  ['building', 'provisioning'],
  ['stopped', 'stopped'],
  ['paused', 'paused'],
  ['suspended', 'suspended'],
  ['rescued', 'rescue'],
  ['booted_from_iso', 'rescue'],
  ['resized', 'resizing'],
  ['soft-delete', 'deleting'],
  ['deleted', 'deleted'],
  ['error', 'error'],
  ['shelved', 'stopped'],
  ['shelved_offloaded', 'stopped'],
  ['unknown', 'unknown']
])

/** The state during a task, by the first match; any other task (an image, a new password) does not change it. */
export const tasks: ReadonlyArray<readonly [RegExp, ServerStatus]> = [
  [/deleting/, 'deleting'],
  [/^powering-off/, 'stopping'],
  [/^powering-on/, 'starting'],
  [/^reboot/, 'rebooting'],
  [/^resize/, 'resizing'],
  [/^rebuild/, 'rebuilding'],
  [/^(un)?rescuing|^booting/, 'rescue'],
  [/^migrating/, 'migrating'],
  [/^(scheduling|networking|spawning|block device mapping)/, 'provisioning']
]

/** The task has precedence: a server that is being deleted still has the state of a running one. */
export function toStatus (wire: InstanceWire): ServerStatus {
  const task = toTask(wire)?.toLowerCase().replaceAll('_', ' ')
  const under = task === undefined ? undefined : tasks.find(([pattern]) => pattern.test(task))
  return under?.[1] ?? statuses.get((wire.status ?? '').toLowerCase()) ?? 'unknown'
}

/** A row of a list, or the single instance, which has more members. */
export const seenInstance: z.ZodType<Seen> = seenWire(instanceWire, toServer)

/** The permissions are beside the rows, once for all of them. */
export const withPermissions = (seen: Seen, permissions: PermissionsWire): Seen =>
  ({ ...seen, server: { ...seen.server, allowed_actions: permitted(seen.server.allowed_actions, permissions) } })

export function toServer (wire: InstanceWire): ServerFacts {
  const status = toStatus(wire)
  const task = toTask(wire)
  const { flavor, client } = wire
  return {
    id: wire.id,
    name: wire.name ?? '',
    status,
    power: powerOf(status),
    task,
    provider_status: wire.status ?? null,
    cpus: flavor?.vcpus ?? null,
    memory_mib: flavor?.memory_mb ?? null,
    disk_gib: diskOf(flavor),
    addresses: toAddresses(wire),
    image: toImage(wire),
    plan: typeof flavor?.id === 'string' ? { id: flavor.id, name: flavor.name ?? null } : null,
    region: toRegion(wire),
    owner: client === null || client === undefined ? null : { id: client.id, name: client.name ?? null },
    created_at: toUtc(wire.created),
    tags: [],
    locked: task === null ? wire.locked ?? null : true,
    protected: null,
    allowed_actions: toActions(status, wire)
  }
}

const toTask = ({ display_task: task }: InstanceWire): string | null => typeof task === 'string' && task !== '' ? task : null

/** The sum of root and second disk. A root disk of 0 has the size of the image, which is not returned. */
export function diskOf (flavor: FlavorWire | null | undefined): number | null {
  if (typeof flavor?.root_gb !== 'number' || flavor.root_gb <= 0) return null
  return flavor.root_gb + Math.max(0, flavor.ephemeral_gb ?? 0)
}

function toImage ({ image }: InstanceWire): Reference | null {
  if (image === null || image === undefined) return null
  if (typeof image === 'string') return { id: image, name: null }
  return { id: image.id, name: image.name ?? image.display_name ?? null }
}

/** Region ids are names; the description is often empty. */
function toRegion ({ region, region_obj: about }: InstanceWire): Reference | null {
  if (typeof region !== 'string' || region === '') return null
  const description = about?.description ?? ''
  return { id: region, name: description === '' ? region : description }
}

/** Floating addresses first. Each port repeats all of them, so duplicates are dropped; lists have only `access_ip`. */
function toAddresses (wire: InstanceWire): Address[] {
  const ports = present(wire.net_details?.ports)
  const texts = [
    ...ports.flatMap(port => port.floating_ips ?? []).map(floating => floating?.floating_ip_address),
    ...ports.flatMap(port => [...(port.ipv4s ?? []), ...(port.ipv6s ?? [])]).map(fixed => fixed?.ip_address),
    wire.access_ip
  ]
  return [...new Set(texts)].map(text => addressOf(text, { primary: text === wire.access_ip })).filter(address => address !== null)
}
