import type { ServerRow, World } from './world.ts'
import { refuse, wrongStatus } from './failures.ts'
import { begin } from './lifecycle.ts'
import { isTrue } from './values.ts'
import { boundEip, dropEip, releaseEip } from './eips.ts'

/** Servers that were never on a node skip the recycle bin. */
const neverBuilt = ['sched_fail', 'net_fail', 'dev_fail', 'create_fail']

/** The record passes through `ready` more than once before it is gone. */
const twice = ['sync_config', 'sync_status', 'ready', 'sync_status', 'ready']
const forGood = ['start_delete', 'deleting', ...twice, ...twice, 'deleted']

/** Options count only in the query string. */
export const deleteServer = (world: World, row: ServerRow, query: URLSearchParams): void => {
  if (row.disableDelete) throw wrongStatus('Virtual server is locked, cannot delete')
  if (row.prepaidUntil > world.now()) throw refuse(403, 'ForbiddenError', 'not allow to delete prepaid server in valid status')
  const eip = boundEip(world, row)
  const course = { action: 'delete', ms: world.behavior.actionMs, failed: 'delete_fail' }
  const off = (): void => { row.power = row.placed ? 'off' : row.power }
  if (isTrue(query.get('override_pending_delete')) || neverBuilt.includes(row.status)) {
    const gone = (): void => {
      world.servers.delete(row.id)
      if (eip !== undefined) isTrue(query.get('delete_eip')) ? dropEip(world, eip) : releaseEip(eip)
    }
    begin(world, row, { ...course, statuses: forGood, effects: { 2: off, [forGood.length - 1]: gone } })
  } else if (row.pendingDeletedAt > 0) {
    // A second plain delete of a recycled server is accepted without effect.
    begin(world, row, { ...course, statuses: ['start_delete'] })
  } else {
    const inBin = (at: number): void => {
      off()
      row.pendingDeletedAt = at
      if (eip !== undefined) releaseEip(eip)
    }
    const statuses = ['start_delete', ...(eip === undefined ? [] : ['dissociate_eip']), 'sync_status', 'ready']
    begin(world, row, { ...course, statuses, effects: { [statuses.length - 2]: inBin } })
  }
}
