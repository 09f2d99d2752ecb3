import type { EventRow, ServerRow, World } from './world.ts'
import { projectName } from './world.ts'
import { listForbidden } from './failures.ts'
import { wholeNumber } from './lists.ts'
import { gatewayUserId } from './people.ts'
import type { Caller } from './tokens.ts'
import { recordTime, type Json } from './values.ts'

/** `GET /servers/{id}/{spec}`; undefined for a word that the vendor does not know. */
export const serverSpec = (world: World, row: ServerRow, spec: string): Json | undefined => {
  switch (spec) {
    case 'status': return { status: row.status }
    // A stopped server still answers 200, with port 0 and nothing else.
    case 'vnc': return row.status === 'running' ? vncTarget(row) : { port: 0 }
    case 'metadata': return metadataOf(row)
    case 'tasks': return { tasks: tasksOf(world, row) }
    default: return undefined
  }
}

const vncTarget = (row: ServerRow): Json =>
  ({ host: '127.0.0.1', hypervisor: row.hypervisor, id: row.id, password: 'SECRET-vnc', port: 5901, protocol: 'vnc' })

const metadataOf = (row: ServerRow): Json => ({
  __os_profile__: '{"disk_driver":"scsi","fs_format":"ext4","net_driver":"virtio","os_type":"Linux"}',
  create_params: JSON.stringify({ name: row.name, vcpu_count: row.vcpu, vmem_size: row.memoryMb, password: 'SECRET-create-params' }),
  ...row.metadata
})

const tasksOf = (world: World, row: ServerRow): Json[] => world.tasks.filter(task => task.serverId === row.id).reverse().slice(0, 20).map(task => ({
  can_delete: false,
  can_update: false,
  created_at: recordTime(task.at),
  deleted: false,
  id: task.id,
  obj_id: row.id,
  obj_name: 'server',
  stage: task.stage,
  task_name: task.name,
  update_version: 2,
  updated_at: recordTime(task.updatedAt)
}))

const eventJson = (world: World, event: EventRow): Json => ({
  action: event.action,
  can_delete: false,
  can_update: true,
  domain: 'Default',
  domain_id: 'default',
  id: event.id,
  notes: event.notes,
  obj_id: event.serverId,
  obj_name: event.serverName,
  obj_type: 'server',
  ops_time: recordTime(event.at),
  owner_tenant: projectName(world, event.tenantId),
  owner_tenant_id: event.tenantId,
  project_domain: 'Default',
  roles: 'project_owner',
  tenant: projectName(world, event.tenantId),
  tenant_id: event.tenantId,
  user: 'gateway',
  user_id: gatewayUserId
})

/** A log-like list: newest first, no total, and a marker that is empty at the end. */
export const listEvents = (world: World, caller: Caller, query: URLSearchParams): Json => {
  if (caller.guest) throw listForbidden('log', 'events', 'project', 'none')
  const asked = wholeNumber(query, 'limit', 'OpsLogListInput')
  const limit = asked <= 0 ? 20 : Math.min(asked, world.knobs.maxPage)
  const marker = wholeNumber(query, 'paging_marker', 'OpsLogListInput')
  const wanted = query.getAll('obj_id')
  const rows = world.events
    .filter(event => (caller.admin || event.tenantId === caller.projectId) && (wanted.length === 0 || wanted.includes(event.serverId)))
    .filter(event => (query.get('obj_type') ?? 'server') === 'server' && (marker <= 0 || event.id <= marker))
    .reverse()
  const next = rows[limit]
  return {
    events: rows.slice(0, limit).map(event => eventJson(world, event)),
    limit,
    marker_field: 'id',
    marker_order: 'DESC',
    next_marker: next === undefined ? '' : String(next.id)
  }
}
