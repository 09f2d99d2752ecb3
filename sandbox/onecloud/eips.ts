import { all } from '../kit/json.ts'
import { nextSerial, projectName, rowsOf, type ServerRow, type World } from './world.ts'
import { badInput } from './failures.ts'
import { recordTime, uuid, type Json } from './values.ts'

/** Of the one network that has such addresses. */
export const eipRow = (world: World, name: string, bandwidth: number, tenantId: string): Json => ({
  ...{ name, bandwidth, billing_type: 'postpaid', brand: 'OneCloud', charge_type: 'bandwidth', cloud_env: 'onpremise', mode: 'elastic_ip' },
  ...all(false, 'account_read_only', 'auto_dellocate', 'auto_renew', 'deleted', 'is_emulated', 'is_system', 'pending_deleted'),
  ...{ id: uuid(`eip-${nextSerial(world)}-${name}`), ip_addr: freeEip(world), network_id: 'f7cefdb1-4647-4c0f-815a-ca390780a4c1' },
  ...{ can_delete: true, can_update: true, provider: 'OneCloud', status: 'ready' },
  ...{ update_version: 3, domain_id: 'default', tenant_id: tenantId },
  ...all('Default', 'cloudregion', 'region', 'project_domain'),
  ...all('default', 'cloudregion_id', 'region_id'),
  ...all(projectName(world, tenantId), 'project', 'tenant'),
  ...all(recordTime(world.now()), 'created_at', 'updated_at')
})

const freeEip = (world: World): string => {
  const used = new Set(rowsOf(world, 'eips').map(eip => eip['ip_addr']))
  for (let last = 10; last < 255; last += 1) if (!used.has(`192.0.2.${last}`)) return `192.0.2.${last}`
  throw badInput('no free address in the eip network')
}

export const boundEip = (world: World, row: ServerRow): Json | undefined =>
  rowsOf(world, 'eips').find(eip => eip['associate_id'] === row.id)

export const bindEip = (eip: Json, row: ServerRow): void => {
  Object.assign(eip, { associate_id: row.id, associate_name: row.name, associate_type: 'server', can_delete: false })
}

export const releaseEip = (eip: Json): void => {
  for (const key of ['associate_id', 'associate_name', 'associate_type']) delete eip[key]
  eip['can_delete'] = true
}

export const dropEip = (world: World, eip: Json): void => {
  world.resources.set('eips', rowsOf(world, 'eips').filter(row => row !== eip))
}
