import type { ServerRow, World } from './world.ts'
import { projectName, rowsOf } from './world.ts'
import { begin } from './lifecycle.ts'
import type { SimulatedReply } from '../simulator.ts'
import { recordTime, textOf, tidy, uuid, type Json } from './values.ts'
import { storageId } from './record.ts'

interface SnapshotOf {
  readonly id: string
  readonly name: string
  readonly diskId: string
  readonly sizeMb: number
  readonly tenantId: string
  readonly at: number
}

export const snapshotRow = (world: World, of: SnapshotOf): Json => ({
  account_read_only: false,
  brand: 'OneCloud',
  can_delete: true,
  can_update: true,
  cloud_env: 'onpremise',
  cloudregion: 'Default',
  cloudregion_id: 'default',
  created_at: recordTime(of.at),
  created_by: 'manual',
  deleted: false,
  disk_id: of.diskId,
  disk_type: 'sys',
  domain_id: 'default',
  id: of.id,
  is_emulated: false,
  is_sub_snapshot: true,
  is_system: false,
  name: of.name,
  pending_deleted: false,
  progress: 0,
  project: projectName(world, of.tenantId),
  project_domain: 'Default',
  provider: 'OneCloud',
  region: 'Default',
  region_id: 'default',
  size: of.sizeMb,
  status: 'ready',
  storage_id: storageId,
  storage_type: 'local',
  tenant: projectName(world, of.tenantId),
  tenant_id: of.tenantId,
  update_version: 2,
  updated_at: recordTime(of.at)
})

/** One record for the server as a whole, and one part for each disk. */
export const addSnapshots = (world: World, row: ServerRow, name: string, at: number): void => {
  const id = uuid(`${row.id}-${name}`)
  rowsOf(world, 'instance_snapshots').push({
    created_at: recordTime(at), guest: row.name, guest_id: row.id, id, name, status: 'ready', tenant: projectName(world, row.tenantId), tenant_id: row.tenantId
  })
  row.disks.forEach((disk, index) => {
    const part = { id: uuid(`${id}-${index}`), name: `${name}-${id.slice(0, 8)}${index}`, diskId: disk.id, sizeMb: disk.sizeMb }
    rowsOf(world, 'snapshots').push(snapshotRow(world, { ...part, tenantId: row.tenantId, at }))
  })
}

/** Accepted at once; the server is in `snapshot_delete` until the node has done it, and the snapshot shows its refusal. */
export const deleteInstanceSnapshot = (world: World, snapshot: Json): SimulatedReply => {
  const row = world.servers.get(textOf(snapshot['guest_id']))
  const drop = (): void => { world.resources.set('instance_snapshots', rowsOf(world, 'instance_snapshots').filter(other => other !== snapshot)) }
  if (row === undefined) drop()
  else {
    const isRefused = world.knobs.failActions.includes('snapshot-delete')
    const end = isRefused ? (): void => { snapshot['status'] = 'instance_snapshot_delete_failed' } : drop
    snapshot['status'] = 'instance_snapshot_start_delete'
    begin(world, row, { action: 'delete-snapshot', task: 'InstanceSnapshotDeleteTask', ms: world.knobs.actionMs, statuses: ['snapshot_delete', isRefused ? 'instance_snapshot_delete_failed' : row.status], effects: { 1: end } })
  }
  return { status: 200, body: { instance_snapshot: tidy(snapshot) } }
}
