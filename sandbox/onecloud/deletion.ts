import type { ServerRow, World } from './world.ts'
import { rowsOf } from './world.ts'
import { refuse, wrongStatus } from './failures.ts'
import { begin } from './lifecycle.ts'
import { isTrue } from './values.ts'
import { dropEip, releaseEip } from './eips.ts'
import type { Action } from './power-actions.ts'

/** These never had anything on a node, so the recycle bin is passed by. */
const neverBuilt = ['sched_fail', 'net_fail', 'dev_fail', 'create_fail']

/** Options count only in the query string. */
export const deleteServer = (world: World, row: ServerRow, query: URLSearchParams): void => {
  checkDeletable(world, row)
  if (isTrue(query.get('purge'))) checkPurge(world)
  const now = isTrue(query.get('override_pending_delete')) || isTrue(query.get('purge')) || !world.knobs.recycleBin
  if (now || neverBuilt.includes(row.status)) deleteForGood(world, row, isTrue(query.get('delete_eip')))
  else if (row.pendingDeletedAt > 0) stayForEver(world, row)
  else recycle(world, row)
}

const checkDeletable = (world: World, row: ServerRow): void => {
  if (row.disableDelete) throw wrongStatus('Virtual server is locked, cannot delete')
  if (row.prepaidUntil > world.now()) throw refuse(403, 'ForbiddenError', 'not allow to delete prepaid server in valid status')
  if (!world.knobs.nodeOnline && row.placed) throw wrongStatus('host is offline or disabled, cannot delete')
}

const checkPurge = (world: World): void => {
  if (world.knobs.nodeOnline) throw wrongStatus('Cannot purge server on enabled host')
}

const recycle = (world: World, row: ServerRow): void => {
  const eip = rowsOf(world, 'eips').find(candidate => candidate['associate_id'] === row.id)
  const inBin = (at: number): void => {
    row.power = row.placed ? 'off' : row.power
    row.pendingDeletedAt = at
    row.autoDeleteAt = at + world.knobs.recycleMs
    if (eip !== undefined) releaseEip(eip)
  }
  const statuses = eip === undefined ? ['start_delete', 'sync_status', 'ready'] : ['start_delete', 'dissociate_eip', 'sync_status', 'ready']
  begin(world, row, { action: 'delete', task: 'GuestDeleteTask', ms: world.knobs.actionMs, statuses, effects: { [statuses.length - 2]: inBin } })
}

/** A second plain delete of a recycled server is accepted and leads nowhere. */
const stayForEver = (world: World, row: ServerRow): void => {
  begin(world, row, { action: 'delete', task: 'GuestDeleteTask', ms: world.knobs.actionMs, statuses: ['start_delete'] })
}

/** The record passes through `ready` more than once before it is gone. */
const deleteForGood = (world: World, row: ServerRow, withEip: boolean): void => {
  const gone = (): void => {
    world.servers.delete(row.id)
    const eip = rowsOf(world, 'eips').find(candidate => candidate['associate_id'] === row.id)
    if (eip !== undefined && withEip) dropEip(world, eip)
    else if (eip !== undefined) releaseEip(eip)
  }
  const live = ['start_delete', 'deleting', 'sync_config', 'sync_status', 'ready', 'sync_status', 'ready', 'sync_config', 'sync_status', 'ready', 'sync_status', 'ready', 'deleted']
  const recycled = ['start_delete', 'deleting', 'sync_config', 'sync_status', 'ready', 'sync_status', 'ready', 'deleted']
  const statuses = row.pendingDeletedAt > 0 ? recycled : live
  const off = (): void => { row.power = row.placed ? 'off' : row.power }
  begin(world, row, {
    action: 'delete', task: 'GuestDeleteTask', ms: world.knobs.actionMs, statuses, effects: { 2: off, [statuses.length - 1]: gone }
  })
}

export const purge: Action = (world, row, _input, _caller) => {
  checkDeletable(world, row)
  checkPurge(world)
  deleteForGood(world, row, false)
  return undefined
}
