import type { DiskRow, World } from './world.ts'
import { projectName } from './world.ts'
import { storageId, zoneId } from './record.ts'
import { recordTime, type Json } from './values.ts'

/** The disks of all servers, as the disk list shows them. */
export const diskRows = (world: World): Json[] => [...world.servers.values()].flatMap(row => row.disks.map((disk, index) => ({
  ...diskJson(disk),
  created_at: recordTime(row.createdAt),
  updated_at: recordTime(row.updatedAt),
  can_delete: false,
  guest: row.name,
  guest_count: 1,
  guest_status: row.status,
  guests: [{ cache_mode: 'none', driver: 'scsi', id: row.id, index, name: row.name, status: row.status }],
  pending_deleted: row.pendingDeletedAt > 0,
  project: projectName(world, row.tenantId),
  tenant: projectName(world, row.tenantId),
  tenant_id: row.tenantId
})))

const diskJson = (disk: DiskRow): Json => ({
  account_read_only: false,
  auto_reset: false,
  billing_type: 'postpaid',
  brand: 'OneCloud',
  can_update: true,
  cloud_env: 'onpremise',
  cloudregion: 'Default',
  cloudregion_id: 'default',
  deleted: false,
  disk_format: 'qcow2',
  disk_size: disk.sizeMb,
  disk_type: disk.type,
  domain_id: 'default',
  id: disk.id,
  is_ssd: true,
  medium_type: 'ssd',
  name: disk.name,
  project_domain: 'Default',
  provider: 'OneCloud',
  region: 'Default',
  region_id: 'default',
  status: 'ready',
  storage: 'stubnode_local',
  storage_id: storageId,
  storage_type: disk.storageType,
  template_id: disk.imageId,
  update_version: 3,
  zone: 'zone0',
  zone_id: zoneId
})
