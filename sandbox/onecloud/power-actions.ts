import type { ServerRow, World } from './world.ts'
import { badRequest, objectForbidden, wrongStatus } from './failures.ts'
import { begin, isBusy } from './lifecycle.ts'
import { isTrue, type Json } from './values.ts'
import { powerOn } from './create.ts'
import type { Caller } from './tokens.ts'

/** Answers what stands under `server` instead of the record, or nothing for the record. */
export type Action = (world: World, row: ServerRow, input: Json, caller: Caller) => Json | undefined

const startable = ['ready', 'start_fail', 'save_disk_failed', 'kickstart_pending', 'kickstart_completed']

const start: Action = (world, row) => {
  const course = { action: 'start', task: 'GuestStartTask', ms: world.knobs.actionMs }
  if (row.status === 'suspend') {
    begin(world, row, { ...course, statuses: ['resuming', 'running'], effects: { 1: () => powerOn(row) } })
    return undefined
  }
  if (!startable.includes(row.status)) throw wrongStatus(`Cannot do start server in status ${row.status}`)
  begin(world, row, { ...course, statuses: ['start_start', 'starting', 'running'], effects: { 2: () => powerOn(row) } })
  return undefined
}

const stop: Action = (world, row, input) => {
  const allowed = ['running', 'stop_fail'].includes(row.status)
  if (!allowed && !isTrue(input['is_force'])) throw wrongStatus(`Cannot stop server in status ${row.status}`)
  const off = (): void => { row.power = 'off' }
  begin(world, row, {
    action: 'stop', task: 'GuestStopTask', ms: world.knobs.actionMs, statuses: ['start_stop', 'stopping', 'ready'], effects: { 2: off }
  })
  return undefined
}

const restart: Action = (world, row, input) => {
  const allowed = ['running', 'stop_fail'].includes(row.status) || (row.status === 'stopping' && isTrue(input['is_force']))
  if (!allowed) throw wrongStatus(`Cannot do restart server in status ${row.status}`)
  begin(world, row, {
    action: 'restart',
    task: 'GuestRestartTask',
    ms: world.knobs.actionMs,
    statuses: ['stopping', 'ready', 'start_start', 'starting', 'running'],
    effects: { 1: () => { row.power = 'off' }, 4: () => powerOn(row) }
  })
  return undefined
}

/** The reset button: nothing is seen in the status. */
const reset: Action = (world, row) => {
  if (!['running', 'stop_fail'].includes(row.status)) throw wrongStatus(`Cannot reset VM in status ${row.status}`)
  begin(world, row, { action: 'reset', task: 'GuestSoftResetTask', ms: world.knobs.actionMs, statuses: [row.status, 'running'] })
  return undefined
}

const suspend: Action = (world, row) => {
  if (row.status !== 'running') throw wrongStatus(`Cannot suspend VM in status ${row.status}`)
  begin(world, row, {
    action: 'suspend', task: 'GuestSuspendTask', ms: world.knobs.actionMs, statuses: ['start_suspend', 'suspending', 'suspend']
  })
  return undefined
}

const resume: Action = (world, row) => {
  if (row.status !== 'suspend') throw wrongStatus(`Cannot resume VM in status ${row.status}`)
  begin(world, row, { action: 'resume', task: 'GuestResumeTask', ms: world.knobs.actionMs, statuses: ['resuming', 'running'] })
  return undefined
}

/** Asks the node; a stale failure gives way to the real power. */
const syncStatus: Action = (world, row) => {
  if (isBusy(row)) throw badRequest("Guest has 1 task active, can't sync status")
  begin(world, row, {
    action: 'syncstatus',
    task: 'GuestSyncstatusTask',
    ms: world.knobs.actionMs,
    statuses: ['sync_status', row.power === 'on' ? 'running' : 'ready'],
    effects: { 1: () => { if (row.power === 'unknown') row.power = 'off' } }
  })
  return undefined
}

const cancelDelete: Action = (_world, row) => {
  row.pendingDeletedAt = 0
  row.autoDeleteAt = 0
  return undefined
}

const migrateFrom = (action: string, from: string, text: string): Action => (world, row, _input, caller) => {
  if (row.status !== from) throw badRequest(`Cannot ${text} in status ${row.status}`)
  if (!caller.admin) throw objectForbidden('system', 'project')
  begin(world, row, {
    action, task: 'GuestMigrateTask', ms: world.knobs.actionMs, statuses: ['start_migrate', from === 'running' ? 'live_migrating' : 'migrating', from]
  })
  return undefined
}

export const powerActions: ReadonlyMap<string, Action> = new Map([
  ['start', start],
  ['stop', stop],
  ['restart', restart],
  ['reset', reset],
  ['suspend', suspend],
  ['resume', resume],
  ['syncstatus', syncStatus],
  ['cancel-delete', cancelDelete],
  ['live-migrate', migrateFrom('live-migrate', 'running', 'live migrate')],
  ['migrate', migrateFrom('migrate', 'ready', 'normal migrate guest')]
])
