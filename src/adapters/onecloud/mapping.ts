import type { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import {
  powerOf, powers, type Address, type Power, type Reference, type ServerAction, type ServerFacts, type ServerStatus
} from '../../domain/server.ts'
import { toUtc } from '../../domain/time.ts'
import { addressOf } from '../kit/addresses.ts'
import { seenWire } from '../kit/seen.ts'
import { hardwareWire, serverWire, type ServerWire } from './schema.ts'

export const seenServer: z.ZodType<Seen> = seenWire(serverWire, toServer)

/** The vendor's statuses by ours; `tempalte_saving` is the vendor's spelling: pkg/apis/compute/guest_const.go. */
const vendorStatuses: ReadonlyMap<ServerStatus, readonly string[]> = new Map<ServerStatus, readonly string[]>([
  ['running', ['running', 'block_stream', 'block_stream_fail']],
  ['stopped', ['ready', 'deallocated']],
  ['suspended', ['suspend']],
  ['provisioning', [
    'init', 'schedule', 'network', 'disk', 'image_caching', 'start_deploy', 'deploying', 'import', 'convert', 'converting',
    'tempalte_saving', 'backup_creating', 'deploying_backup', 'kickstart_pending', 'kickstart_installing'
  ]],
  ['starting', ['start_start', 'starting', 'resuming', 'start_rescue']],
  ['stopping', ['start_stop', 'stopping', 'start_suspend', 'suspending', 'stop_rescue']],
  ['resizing', ['change_flavor', 'start_resize_disk', 'resize_disk']],
  ['rebuilding', ['rebuild_root', 'disk_reset', 'start_snapshot_reset']],
  ['migrating', ['start_migrate', 'migrating', 'live_migrating']],
  ['deleting', ['start_delete', 'deleting']],
  ['rescue', ['rescue']],
  ['unknown', ['unknown']]
])
const statuses = new Map([...vendorStatuses].flatMap(([status, words]) => words.map(word => [word, status] as const)))

/** Work that does not change the power: the power decides between running and stopped. */
const updating: ReadonlySet<string> = new Set([
  'start_sync_status', 'sync_status', 'sync_config', 'sync_traffic_limit', 'associate_eip', 'dissociate_eip', 'start_eip_convert',
  'attach_disk', 'detach_disk', 'snapshot', 'snapshot_start', 'snapshot_delete', 'snapshot_succ', 'start_instance_snapshot',
  'start_instance_backup', 'start_save_disk', 'save_disk', 'restart_network', 'update_tags', 'set_auto_renew', 'renewing',
  'io_throttle', 'disk_change_storage', 'qga_set_password', 'qga_command_executing', 'qga_sync_os_info', 'qga_set_network',
  'backup_starting', 'backup_stopping', 'deleting_backup', 'switch_to_backup', 'remove_state', 'restore_disk', 'restore_state',
  'restoring_snapshot', 'unsync', 'kickstart_completed'
])

/** Failed side actions: the power is unchanged, and the status stays until the vendor reads the state again. */
const sideFailures: ReadonlySet<string> = new Set([
  'qga_exec_command_failed', 'associate_eip_failed', 'dissociate_eip_failed', 'eip_convert_failed', 'snapshot_failed',
  'instance_snapshot_failed', 'snapshot_delete_failed', 'instance_snapshot_delete_failed', 'instance_backup_failed',
  'clone_from_snapshot_failed', 'attach_disk_fail', 'detach_disk_fail', 'io_throttle_fail', 'disk_change_storage_fail',
  'sync_isolated_device_failed', 'restart_network_failed', 'update_tags_fail', 'renew_failed', 'set_auto_renew_failed',
  'template_save_failed', 'save_disk_failed'
])

/** Every release adds more, in both spellings. A server in `block_stream_fail` is running. */
export const isFailed = (vendorStatus: string): boolean => /_fail(?:ed)?$/.test(vendorStatus) && !statuses.has(vendorStatus)

/** All vendor statuses that map to one of these; null if they are not a closed list. */
export function vendorStatusesOf (wanted: ReadonlySet<ServerStatus>): readonly string[] | null {
  if (wanted.has('error') || wanted.has('unknown')) return null
  const isWanted = (status: ServerStatus): boolean => wanted.has(status) || (status === 'running' && wanted.has('rescue'))
  const found = [...vendorStatuses].flatMap(([status, words]) => isWanted(status) ? words : [])
  return isWanted('running') || isWanted('stopped') ? [...found, ...updating, ...sideFailures] : found
}

/**
 * The statuses that fail a verb: pkg/apis/compute/guest_const.go and the tasks that set them. Most verbs begin with a stop and
 * end with a start.
 */
export const failedStatuses = {
  create: ['sched_fail', 'net_fail', 'dev_fail', 'create_fail', 'disk_fail', 'deploy_fail', 'start_fail'],
  delete: ['delete_fail', 'dissociate_eip_failed'],
  start: ['start_fail', 'resume_failed', 'sync_fail'],
  stop: ['stop_fail', 'sync_fail'],
  reboot: ['stop_fail', 'start_fail', 'sync_fail'],
  resize: ['change_flavor_fail', 'resize_disk_fail', 'stop_fail', 'start_fail'],
  rebuild: ['rebuild_root_fail', 'deploy_fail', 'disk_fail', 'stop_fail', 'start_fail'],
  rescue: ['start_rescue_failed', 'stop_fail', 'start_fail'],
  unrescue: ['stop_rescue_failed', 'stop_fail', 'start_fail'],
  password: ['qga_exec_command_failed', 'deploy_fail'],
  'snapshots.create': ['instance_snapshot_failed', 'snapshot_failed'],
  'snapshots.restore': ['snapshot_reset_failed', 'disk_reset_failed'],
  'addresses.attach': ['associate_eip_failed'],
  'addresses.detach': ['dissociate_eip_failed']
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The state that completes the verb, and the vendor's statuses that fail it. */
export const goalOf = (verb: keyof typeof failedStatuses, goal: Goal): Goal => ({ ...goal, failed: failedStatuses[verb] })

/** Our statuses in which the vendor is working and refuses most changes. */
const busy: ReadonlySet<ServerStatus> = new Set<ServerStatus>([
  'provisioning', 'starting', 'stopping', 'resizing', 'rebuilding', 'migrating', 'deleting'
])

/** Stopped without work under way: `ready` also appears briefly between two `sync_status`. */
export const isAtRest = ({ status, locked }: ServerFacts): boolean => status === 'stopped' && locked !== true

/** The actions allowed in each state; a state that is not listed allows none. */
const actions: Readonly<Partial<Record<ServerStatus, readonly ServerAction[]>>> = {
  running: ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete'],
  stopped: ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete'],
  suspended: ['start', 'rename', 'delete'],
  rescue: ['rename', 'unrescue', 'console', 'delete'],
  error: ['rename', 'delete'],
  unknown: ['start', 'stop', 'reboot', 'rename', 'delete']
}

/** Vendor statuses with other actions than our state allows: a failed start may be retried, a disk that is being filled must not change. */
const otherActions: ReadonlyMap<string, readonly ServerAction[]> = new Map<string, readonly ServerAction[]>([
  ['start_fail', ['start', 'rename', 'delete']],
  ['save_disk_failed', ['start', 'rename', 'delete']],
  ['stop_fail', ['stop', 'reboot', 'rename', 'delete']],
  ['block_stream', ['rename', 'console', 'delete']],
  ['unknown', ['rename', 'delete']]
])

/**
 * The actions in a failed status: a power verb first has the state read again, see power.ts. If the power is unknown, the machine
 * may not exist.
 */
const actionsAfterFailure: Readonly<Record<Power, readonly ServerAction[]>> = {
  on: ['stop', 'reboot', 'rename', 'delete'],
  off: ['start', 'rename', 'delete'],
  unknown: ['rename', 'delete']
}

/** A server in the recycle bin is `deleted`, whatever its status; no other server is. Rescue has no status of its own. */
function toStatus (wire: ServerWire): ServerStatus {
  if (wire.pending_deleted === true) return 'deleted'
  const status = toPlainStatus(wire)
  return status === 'running' && wire.rescue_mode === true ? 'rescue' : status
}

function toPlainStatus ({ status, power_states: power }: ServerWire): ServerStatus {
  const vendorStatus = status ?? ''
  const byPower = power === 'on' ? 'running' : power === 'off' ? 'stopped' : null
  if (updating.has(vendorStatus)) return byPower ?? 'unknown'
  if (sideFailures.has(vendorStatus)) return byPower ?? 'error'
  return statuses.get(vendorStatus) ?? (isFailed(vendorStatus) ? 'error' : 'unknown')
}

function toServer (wire: ServerWire): ServerFacts {
  const status = toStatus(wire)
  const vendorStatus = wire.status ?? ''
  // The vendor's `unknown` is a value; older releases do not have the key.
  const power = powers.find(known => known === wire.power_states) ?? powerOf(status)
  const isAtWork = updating.has(vendorStatus) || busy.has(status)
  const isLocked = isAtWork || wire.freezed === true
  return {
    id: wire.id,
    name: wire.name ?? '',
    status,
    power,
    task: isAtWork || vendorStatus === 'block_stream' ? vendorStatus : null,
    provider_status: wire.status ?? null,
    cpus: wire.vcpu_count ?? null,
    memory_mib: wire.vmem_size ?? null,
    disk_gib: toDisk(wire),
    addresses: toAddresses(wire),
    image: toImage(wire),
    plan: toReference(wire.instance_type, wire.instance_type),
    region: toReference(wire.cloudregion_id ?? wire.region_id, wire.cloudregion ?? wire.region),
    owner: toReference(wire.tenant_id ?? wire.project_id, wire.tenant ?? wire.project),
    created_at: toUtc(wire.created_at),
    tags: toTags(wire),
    locked: isLocked,
    protected: wire.disable_delete ?? null,
    allowed_actions: isLocked ? [] : toActions(wire, status, power)
  }
}

function toActions (wire: ServerWire, status: ServerStatus, power: Power): ServerAction[] {
  const vendorStatus = wire.status ?? ''
  const possible = otherActions.get(vendorStatus) ?? (isFailed(vendorStatus) ? actionsAfterFailure[power] : actions[status] ?? [])
  const mayDelete = wire.disable_delete !== true && wire.can_delete !== false
  const mayUpdate = wire.can_update !== false
  return possible.filter(action => action === 'delete' ? mayDelete : action === 'rename' ? mayUpdate : true)
}

const toReference = (id: string | null | undefined, name: string | null | undefined): Reference | null =>
  id === null || id === undefined || id === '' ? null : { id, name: name === '' ? null : name ?? null }

/** In MiB. The vendor's sum is 0 until it is computed, even if the disks already exist. */
function toDisk (wire: ServerWire): number | null {
  if (typeof wire.disk === 'number' && wire.disk > 0) return wire.disk / 1024
  const sizes = (wire.disks_info ?? []).flatMap(({ size }) => size ?? [])
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0) / 1024
}

/** The system disk has the lowest index; the disks come in any order. */
function systemDiskOf ({ disks_info: disks }: Pick<ServerWire, 'disks_info'>) {
  const order = (index: number | null | undefined): number => index ?? Number.MAX_SAFE_INTEGER
  return [...disks ?? []].sort((a, b) => order(a.index) - order(b.index))[0]
}

function toImage (wire: ServerWire): Reference | null {
  const disk = systemDiskOf(wire)
  return toReference(disk?.image_id, disk?.image)
}

/** The elastic address, which is in no other key, comes first. `ips` is used only if the network cards are missing. */
function toAddresses (wire: ServerWire): Address[] {
  const prefixes = toPrefixes(wire.networks ?? '')
  const plain = (text: string | null | undefined, facts: Partial<Pick<Address, 'scope'>> = {}): Address | null =>
    addressOf(text, { prefix_length: prefixes.get(text ?? '') ?? null, ...facts })
  const cards = (wire.nics ?? []).flatMap(({ ip_addr: v4, ip6_addr: v6, is_exit: isExit }) =>
    // `is_exit`: whether the IPv4 network is routed to the outside.
    [plain(v4, typeof isExit === 'boolean' ? { scope: isExit ? 'public' : 'private' } : {}), plain(v6)])
  const fixed = cards.some(address => address !== null) ? cards : (wire.ips ?? '').split(',').map(text => plain(text.trim()))
  const all = [addressOf(wire.eip, { scope: 'public' }), ...fixed].filter(address => address !== null)
  return all
    .filter(({ address }, index) => all.findIndex(other => other.address === address) === index)
    .map((address, index) => ({ ...address, primary: index === 0 }))
}

/** `eth0:10.77.0.193/24/<mac>/…`, one line for each card; only in a single record, not in lists. */
const toPrefixes = (networks: string): ReadonlyMap<string, number> =>
  new Map([...networks.matchAll(/^[^:\n]*:([^/\n]+)\/(\d{1,3})\//gm)].map(([, address = '', prefix]) => [address, Number(prefix)]))

/** Only the keys that a user has set; the others are the system's. */
const toTags = (wire: ServerWire): string[] =>
  Object.entries(wire.metadata ?? {}).flatMap(([key, value]) =>
    key.startsWith('user:') && typeof value === 'string' ? [`${key.slice('user:'.length)}=${value}`] : [])

/** The facts beyond our record that resize, rebuild and delete need. An elastic address outlives the server; a `public_ip` does not. */
export function hardwareOf ({ raw }: Seen) {
  const wire = hardwareWire.parse(raw)
  const { id, size } = systemDiskOf(wire) ?? {}
  return {
    hypervisor: wire.hypervisor ?? 'kvm',
    systemDisk: typeof id === 'string' && typeof size === 'number' ? { id, mib: size } : null,
    elasticAddress: wire.eip_mode !== 'public_ip' && typeof wire.eip === 'string' && wire.eip !== '' ? wire.eip : null
  }
}
