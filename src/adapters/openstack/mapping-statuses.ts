import type { Power, ServerAction, ServerStatus } from '../../domain/server.ts'

/** Nova's `status` without a task: nova/api/openstack/common.py, _STATE_MAP. */
const statuses: ReadonlyMap<string, ServerStatus> = new Map<string, ServerStatus>([
  ['BUILD', 'provisioning'],
  ['ACTIVE', 'running'],
  ['PASSWORD', 'running'],
  ['SHUTOFF', 'stopped'],
  ['SHELVED', 'stopped'],
  ['SHELVED_OFFLOADED', 'stopped'],
  ['REBOOT', 'rebooting'],
  ['HARD_REBOOT', 'rebooting'],
  ['REBUILD', 'rebuilding'],
  ['RESIZE', 'resizing'],
  ['VERIFY_RESIZE', 'resizing'],
  ['REVERT_RESIZE', 'resizing'],
  ['MIGRATING', 'migrating'],
  ['PAUSED', 'paused'],
  ['SUSPENDED', 'suspended'],
  ['RESCUE', 'rescue'],
  ['ERROR', 'error'],
  ['DELETED', 'deleted'],
  ['SOFT_DELETED', 'deleted']
])

/** Tasks that `status` does not show, in this order. `from`: only in these; everywhere else the task changes nothing. */
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

export function toStatus (word: string, task: string | null): ServerStatus {
  const found = task === null ? undefined : tasks.find(row => row.task.test(task) && (row.from?.test(word) ?? true))
  return found?.status ?? statuses.get(word) ?? 'unknown'
}

/** nova/compute/power_state.py. It lags behind. */
const powers: ReadonlyMap<number, Power> = new Map<number, Power>([[1, 'on'], [3, 'on'], [4, 'off'], [6, 'off'], [7, 'off']])
export const toPower = (state: number | null | undefined): Power => powers.get(state ?? 0) ?? 'unknown'

/** The actions allowed in each of Nova's words while no task is under way: nova/compute/api.py. */
const actions: ReadonlyMap<string, readonly ServerAction[]> = new Map<string, readonly ServerAction[]>([
  ['BUILD', ['rename', 'delete']],
  ['ACTIVE', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['SHUTOFF', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'console', 'delete']],
  ['PAUSED', ['rename', 'console', 'delete']],
  ['SUSPENDED', ['rename', 'console', 'delete']],
  ['SHELVED', ['rename', 'delete']],
  ['SHELVED_OFFLOADED', ['rename', 'delete']],
  ['RESCUE', ['rename', 'unrescue', 'console', 'delete']],
  ['VERIFY_RESIZE', ['rename', 'console', 'delete']],
  ['ERROR', ['reboot', 'rename', 'rebuild', 'delete']]
])

/** What is allowed during any task, and what a lock does not refuse. */
const always: ReadonlySet<ServerAction> = new Set<ServerAction>(['rename', 'delete'])
const despiteLock: ReadonlySet<ServerAction> = new Set<ServerAction>(['rename', 'console'])

export function actionsOf (word: string, { task, isLocked }: { readonly task: string | null, readonly isLocked: boolean }): ServerAction[] {
  const possible = actions.get(word) ?? ['rename', 'delete']
  return possible.filter(action => (task === null || always.has(action)) && (!isLocked || despiteLock.has(action)))
}

/** The words that show a status of ours, whatever the task; null: other words may show it, too. Nova filters by the state behind the word. */
const wordsOfStatus: ReadonlyMap<ServerStatus, readonly string[]> = new Map<ServerStatus, readonly string[]>([
  ['provisioning', ['BUILD']],
  ['running', ['ACTIVE']],
  ['stopped', ['SHUTOFF', 'SHELVED', 'SHELVED_OFFLOADED']],
  ['paused', ['PAUSED']],
  ['suspended', ['SUSPENDED']],
  ['rescue', ['RESCUE']],
  ['error', ['ERROR']]
])

export function wordsOf (wanted: ReadonlySet<ServerStatus>): readonly string[] | null {
  const words = [...wanted].map(status => wordsOfStatus.get(status))
  return words.includes(undefined) ? null : words.flatMap(list => list ?? [])
}
