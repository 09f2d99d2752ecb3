import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import { powerOf, type Address, type Reference, type ServerAction, type ServerFacts, type ServerStatus } from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import { withoutNulls } from '../kit/wire.ts'
import { instanceWire, type AttachedWire, type FlavorWire, type InstanceWire, type PermissionsWire } from './schema.ts'

/** Nova's vm_state in lower case to ours; `booted_from_iso` is Fleio's own. */
const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
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
  ['shelved_offloaded', 'stopped']
])

/** The state during a task, by the first match; any other task (an image, a new password) does not change it. */
const tasks: ReadonlyArray<readonly [RegExp, ServerStatus]> = [
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

/** The actions allowed in each state; a state that is not listed allows none. */
const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['running', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['stopped', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'delete']],
  ['rescue', ['unrescue', 'console', 'delete']],
  ['resizing', ['console', 'delete']],
  ['paused', ['delete']],
  ['suspended', ['delete']],
  ['error', ['delete']],
  ['unknown', ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete']]
])

interface ActionNames {
  /** In `allowed_actions`, which only advises. */
  readonly advice?: readonly string[]
  readonly permission?: string
}

/**
 * The vendor's names of an action, which differ between its advice and the user's permissions. Delete works in more states than the
 * vendor advises it for, which is only in error; the console has no permission.
 */
const names: Readonly<Record<ServerAction, ActionNames>> = {
  start: { advice: ['start'], permission: 'instances.start' },
  stop: { advice: ['shutoff'], permission: 'instances.stop' },
  reboot: { advice: ['reboot'], permission: 'instances.reboot' },
  resize: { advice: ['resize'], permission: 'instances.resize' },
  rename: { advice: ['rename'], permission: 'instances.rename' },
  rebuild: { advice: ['rebuild'], permission: 'instances.rebuild' },
  rescue: { advice: ['rescue'], permission: 'instances.rescue' },
  unrescue: { advice: ['unrescue', 'unmount_and_reboot'], permission: 'instances.unrescue' },
  password: { advice: ['change_password'], permission: 'instances.change-password' },
  console: { advice: ['console'] },
  delete: { permission: 'instances.destroy' }
}

/** Only informs readers: no action is refused because of it. */
function toActions (status: ServerStatus, { allowed_actions: advised, permissions }: InstanceWire): ServerAction[] {
  const isAdvised = (action: ServerAction): boolean => {
    const { advice } = names[action]
    return advice === undefined || advised === null || advised === undefined || advice.some(name => advised.includes(name))
  }
  return permitted((actions.get(status) ?? []).filter(isAdvised), permissions)
}

/** Without the actions that the user has no permission for; a missing permission is not a denial. */
const permitted = (possible: readonly ServerAction[], permissions: PermissionsWire): ServerAction[] => possible.filter(action => {
  const { permission } = names[action]
  return permission === undefined || permissions?.[permission] !== false
})

/** A row of a list, or the single instance, which has more members. */
export const seenInstance: z.ZodType<Seen> = seenWire(instanceWire, toServer)

/** The permissions are beside the rows, once for all of them. */
export const withPermissions = (seen: Seen, permissions: PermissionsWire): Seen =>
  ({ ...seen, server: { ...seen.server, allowed_actions: permitted(seen.server.allowed_actions, permissions) } })

function toServer (wire: InstanceWire): ServerFacts {
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
    addresses: addressesOf(wire).map(({ address }) => address),
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

/** The task has precedence: a server that is being deleted still has the state of a running one. */
function toStatus (wire: InstanceWire): ServerStatus {
  const task = toTask(wire)?.toLowerCase().replaceAll('_', ' ')
  const during = task === undefined ? undefined : tasks.find(([pattern]) => pattern.test(task))
  return during?.[1] ?? statuses.get((wire.status ?? '').toLowerCase()) ?? 'unknown'
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

interface InstanceAddress {
  readonly address: Address
  /** Only floating addresses have ids. */
  readonly id: string | null
  readonly floating: boolean
}

/** Floating addresses first. Each port repeats all of them, so duplicates are dropped; lists have only `access_ip`. */
export function addressesOf (wire: Pick<AttachedWire, 'net_details' | 'access_ip'>): InstanceAddress[] {
  const ports = withoutNulls(wire.net_details?.ports)
  const texts = [
    ...ports.flatMap(port => withoutNulls(port.floating_ips))
      .map(({ id = null, floating_ip_address: text }) => ({ text, id, floating: true })),
    ...[...ports.flatMap(port => [...withoutNulls(port.ipv4s), ...withoutNulls(port.ipv6s)]).map(fixed => fixed.ip_address), wire.access_ip]
      .map(text => ({ text, id: null, floating: false }))
  ]
  const rows = new Map<string, InstanceAddress>()
  for (const { text, ...facts } of texts) {
    const address = addressOf(text, { primary: text === wire.access_ip })
    if (address !== null && !rows.has(address.address)) rows.set(address.address, { address, ...facts })
  }
  return [...rows.values()]
}
