import type { SimulatedReply } from '../kit/simulator.ts'
import { projectName, rowsOf, type ServerRow, type World } from './world.ts'
import { begin } from './lifecycle.ts'
import { recordTime, textOf, tidy, uuid, type Json } from './values.ts'

/** Of the server as a whole. */
export const addSnapshot = (world: World, row: ServerRow, name: string, at: number): void => {
  rowsOf(world, 'instance_snapshots').push({
    ...{ created_at: recordTime(at), guest: row.name, guest_id: row.id, id: uuid(`${row.id}-${name}`), name, status: 'ready' },
    ...{ tenant: projectName(world, row.tenantId), tenant_id: row.tenantId }
  })
}

/** Accepted at once; the server is in `snapshot_delete` until the node has done it, and the snapshot shows its refusal. */
export const deleteSnapshot = (world: World, snapshot: Json): SimulatedReply => {
  const row = world.servers.get(textOf(snapshot['guest_id']))
  if (row === undefined) throw new Error('a snapshot without its server')
  const isRefused = world.behavior.failActions.includes('snapshot-delete')
  const failed = 'instance_snapshot_delete_failed'
  const end = (): void => {
    if (isRefused) snapshot['status'] = failed
    else world.resources.set('instance_snapshots', rowsOf(world, 'instance_snapshots').filter(other => other !== snapshot))
  }
  snapshot['status'] = 'instance_snapshot_start_delete'
  const statuses = ['snapshot_delete', isRefused ? failed : row.status]
  begin(world, row, { action: 'snapshot-delete', ms: world.behavior.actionMs, statuses, effects: { 1: end } })
  return { status: 200, body: { instance_snapshot: tidy(snapshot) } }
}
