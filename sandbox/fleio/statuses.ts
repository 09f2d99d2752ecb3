import type { UserKind } from './records.ts'

const labels: ReadonlyMap<string, string> = new Map([
  ['active', 'Running'], ['building', 'Building'], ['stopped', 'Stopped'], ['resized', 'Verify Resize'], ['paused', 'Paused'],
  ['suspended', 'Suspended'], ['rescued', 'Rescued'], ['booted_from_iso', 'Booted from ISO'], ['error', 'Error'],
  ['deleted', 'Deleted'], ['soft-delete', 'Soft Delete'], ['shelved', 'Shelved'], ['shelved_offloaded', 'Shelved Offloaded'],
  ['unknown', 'Unknown']
])

const resizeLabels: ReadonlyArray<readonly [string, string]> = [
  ['resize_prep', 'Resize'], ['resize_migrating', 'Resize'], ['resize_migrated', 'Resize'], ['resize_finish', 'Resize']
]

/** Tasks outside this table, `deleting` among them, leave the label of the state. */
const labelsByTask: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['active', new Map([
    ['rebooting', 'Reboot'], ['reboot_pending', 'Reboot'], ['reboot_started', 'Reboot'], ['rebooting_hard', 'Hard Reboot'],
    ['reboot_started_hard', 'Hard Reboot'], ['updating_password', 'Password'], ['rebuilding', 'Rebuild'],
    ['rebuild_block_device_mapping', 'Rebuild'], ['rebuild_spawning', 'Rebuild'], ['migrating', 'Migrating'], ...resizeLabels,
    ['powering-off', 'Stopping'], ['rescuing', 'Rescue'], ['booting_from_iso', 'Booting from ISO']
  ])],
  ['stopped', new Map([...resizeLabels, ['powering-on', 'Starting']])],
  ['resized', new Map([['resize_reverting', 'Revert Resize']])]
])

export const displayStatus = (status: string, task: string | null): string =>
  labelsByTask.get(status)?.get(task ?? '') ?? labels.get(status) ?? status

export const displayTask = (task: string | null): string | null => task?.replaceAll('_', ' ') ?? null

const addresses = ['add_port', 'remove_port', 'add_ip', 'remove_ip']

const allowed: ReadonlyMap<string, readonly string[]> = new Map([
  ['active', [
    'reboot', 'shutoff', 'resize', 'rescue', 'rebuild', 'console', 'rename', 'create_snapshot', 'suspend', ...addresses,
    'migrate', 'abort_migrate', 'attach_volume', 'move', 'boot_from_iso', 'lock', 'unlock', 'associate_ip', 'dissociate_ip',
    'change_password'
  ]],
  ['stopped', [
    'start', 'resize', 'rescue', 'rebuild', 'rename', 'create_snapshot', 'lock', 'unlock', ...addresses,
    'migrate', 'abort_migrate', 'attach_volume', 'move', 'boot_from_iso', 'associate_ip', 'dissociate_ip'
  ]],
  ['rescued', ['unrescue', 'console', ...addresses]],
  ['booted_from_iso', ['unmount_and_reboot', 'console', ...addresses]],
  ['resized', ['cfresize', 'console', ...addresses, 'attach_volume']],
  ['error', ['reset_state', 'delete']],
  ['suspended', ['resume', 'lock', 'unlock', ...addresses, 'migrate']]
])

const staffWords = new Set([
  ...addresses, 'suspend', 'resume', 'migrate', 'abort_migrate', 'move', 'lock', 'unlock', 'change_password'
])

/** Advice by state alone; nothing here is enforced. End users get a shorter list. */
export const allowedActions = (status: string, api: UserKind): readonly string[] =>
  (allowed.get(status) ?? []).filter(word => api === 'staff' || !staffWords.has(word))
