import type { Goal } from '../../domain/operation.ts'
import type { Power, ServerAction, ServerStatus } from '../../domain/server.ts'

/** Vendor status to ours; `tempalte_saving` is the vendor's spelling: pkg/apis/compute/guest_const.go. */
export const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['running', 'running'],
  ['block_stream', 'running'],
  ['block_stream_fail', 'running'],
  ['ready', 'stopped'],
  ['deallocated', 'stopped'],
  ['suspend', 'suspended'],
  ['init', 'provisioning'],
  ['schedule', 'provisioning'],
  ['network', 'provisioning'],
  ['disk', 'provisioning'],
  ['image_caching', 'provisioning'],
  ['start_deploy', 'provisioning'],
  ['deploying', 'provisioning'],
  ['import', 'provisioning'],
  ['convert', 'provisioning'],
  ['converting', 'provisioning'],
  ['tempalte_saving', 'provisioning'],
  ['backup_creating', 'provisioning'],
  ['deploying_backup', 'provisioning'],
  ['kickstart_pending', 'provisioning'],
  ['kickstart_installing', 'provisioning'],
  ['start_start', 'starting'],
  ['starting', 'starting'],
  ['resuming', 'starting'],
  ['start_rescue', 'starting'],
  ['start_stop', 'stopping'],
  ['stopping', 'stopping'],
  ['start_suspend', 'stopping'],
  ['suspending', 'stopping'],
  ['stop_rescue', 'stopping'],
  ['change_flavor', 'resizing'],
  ['start_resize_disk', 'resizing'],
  ['resize_disk', 'resizing'],
  ['rebuild_root', 'rebuilding'],
  ['disk_reset', 'rebuilding'],
  ['start_snapshot_reset', 'rebuilding'],
  ['start_migrate', 'migrating'],
  ['migrating', 'migrating'],
  ['live_migrating', 'migrating'],
  ['start_delete', 'deleting'],
  ['deleting', 'deleting'],
  ['rescue', 'rescue'],
  ['unknown', 'unknown']
])

/** Work that does not change the power: the power decides between running and stopped. */
export const updating: ReadonlySet<string> = new Set([
  'start_sync_status', 'sync_status', 'sync_config', 'sync_traffic_limit', 'associate_eip', 'dissociate_eip', 'start_eip_convert',
  'attach_disk', 'detach_disk', 'snapshot', 'snapshot_start', 'snapshot_delete', 'snapshot_succ', 'start_instance_snapshot',
  'start_instance_backup', 'start_save_disk', 'save_disk', 'restart_network', 'update_tags', 'set_auto_renew', 'renewing',
  'io_throttle', 'disk_change_storage', 'qga_set_password', 'qga_command_executing', 'qga_sync_os_info', 'qga_set_network',
  'backup_starting', 'backup_stopping', 'deleting_backup', 'switch_to_backup', 'remove_state', 'restore_disk', 'restore_state',
  'restoring_snapshot', 'unsync', 'kickstart_completed'
])

/** Every release adds more, in both spellings. A server in `block_stream_fail` is running. */
export const isFailureWord = (word: string): boolean =>
  (word.endsWith('_fail') || word.endsWith('_failed')) && !statuses.has(word)

/** Failed side actions: the power is unchanged, and the status stays until the vendor reads the state again. */
export const sideFailures: ReadonlySet<string> = new Set([
  'qga_exec_command_failed', 'associate_eip_failed', 'dissociate_eip_failed', 'eip_convert_failed', 'snapshot_failed', 'instance_snapshot_failed',
  'snapshot_delete_failed', 'instance_snapshot_delete_failed', 'instance_backup_failed', 'clone_from_snapshot_failed', 'attach_disk_fail',
  'detach_disk_fail', 'io_throttle_fail', 'disk_change_storage_fail', 'sync_isolated_device_failed', 'restart_network_failed',
  'update_tags_fail', 'renew_failed', 'set_auto_renew_failed', 'template_save_failed', 'save_disk_failed'
])

/**
 * The statuses that fail a verb: pkg/apis/compute/guest_const.go and the tasks that set them. Most verbs begin with a stop and
 * end with a start.
 */
export const failedWords = {
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
export const goalOf = (verb: keyof typeof failedWords, goal: Goal): Goal => ({ ...goal, failed: failedWords[verb] })

/** Our statuses in which the vendor is working and refuses most changes. */
export const busy: ReadonlySet<ServerStatus> = new Set<ServerStatus>([
  'provisioning', 'starting', 'stopping', 'resizing', 'rebuilding', 'migrating', 'deleting'
])

/** The actions allowed in each state; a state that is not listed allows none. */
const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['running', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['stopped', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete']],
  ['suspended', ['start', 'rename', 'delete']],
  ['rescue', ['rename', 'unrescue', 'console', 'delete']],
  ['error', ['rename', 'delete']],
  ['unknown', ['start', 'stop', 'reboot', 'rename', 'delete']]
])

/** Vendor statuses with other actions than our state allows: a failed start may be retried, a disk that is being filled must not change. */
const actionsOfWords: ReadonlyMap<string, readonly ServerAction[]> = new Map<string, readonly ServerAction[]>([
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

export const actionsOf = (status: ServerStatus, word: string, power: Power): readonly ServerAction[] =>
  actionsOfWords.get(word) ?? (isFailureWord(word) ? actionsAfterFailure[power] : actions.get(status) ?? [])

/** All vendor statuses that map to one of these; null if they are not a closed list. */
export function wordsOf (wanted: ReadonlySet<ServerStatus>): readonly string[] | null {
  if (wanted.has('error') || wanted.has('unknown')) return null
  const isByPower = wanted.has('running') || wanted.has('stopped') || wanted.has('rescue')
  const isWanted = (status: ServerStatus): boolean => wanted.has(status) || (status === 'running' && wanted.has('rescue'))
  const words = [...statuses].filter(([, status]) => isWanted(status)).map(([word]) => word)
  return isByPower ? [...words, ...updating, ...sideFailures] : words
}
