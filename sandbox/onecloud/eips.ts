import type { ServerRow, World } from './world.ts'
import { nextSerial, projectName, rowsOf } from './world.ts'
import { badInput } from './failures.ts'
import { recordTime, uuid, type Json } from './values.ts'

export const eipRow = (world: World, of: { name: string, bandwidth: number, tenantId: string, networkId: string }): Json => {
  const now = recordTime(world.now())
  return {
    account_read_only: false,
    auto_dellocate: false,
    auto_renew: false,
    bandwidth: of.bandwidth,
    billing_type: 'postpaid',
    brand: 'OneCloud',
    can_delete: true,
    can_update: true,
    charge_type: 'bandwidth',
    cloud_env: 'onpremise',
    cloudregion: 'Default',
    cloudregion_id: 'default',
    created_at: now,
    deleted: false,
    domain_id: 'default',
    id: uuid(`eip-${nextSerial(world)}-${of.name}`),
    ip_addr: freeEip(world),
    is_emulated: false,
    is_system: false,
    mode: 'elastic_ip',
    name: of.name,
    network_id: of.networkId,
    pending_deleted: false,
    project: projectName(world, of.tenantId),
    project_domain: 'Default',
    provider: 'OneCloud',
    region: 'Default',
    region_id: 'default',
    status: 'ready',
    tenant: projectName(world, of.tenantId),
    tenant_id: of.tenantId,
    update_version: 3,
    updated_at: now
  }
}

export const eipNetworkId = 'f7cefdb1-4647-4c0f-815a-ca390780a4c1'

const freeEip = (world: World): string => {
  const used = new Set(rowsOf(world, 'eips').map(eip => eip['ip_addr']))
  for (let last = 10; last < 255; last += 1) if (!used.has(`192.0.2.${last}`)) return `192.0.2.${last}`
  throw badInput('no free address in the eip network')
}

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
