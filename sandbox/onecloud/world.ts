import { createAgenda } from '../kit/agenda.ts'
import { all, choice, empty } from '../kit/json.ts'
import type { OnecloudBehavior } from './behavior.ts'
import { badInput } from './failures.ts'
import { accessKeys, domains, people, projects, type AccessKey, type Person } from './people.ts'
import { hostnameOf, recordTime, uuid, type Json } from './values.ts'

const blankDisk = { id: '', name: '', sizeMb: 0, type: choice('data', 'sys'), imageId: '', image: '', storageType: 'local' }
export type DiskRow = typeof blankDisk

export const diskRow = (disk: Partial<DiskRow>): DiskRow => ({ ...blankDisk, ...disk })

export interface NicRow extends Readonly<Record<'ip' | 'ip6' | 'mac' | 'networkId', string>> {
  readonly exit: boolean
}

const noTags: Readonly<Record<string, string>> = {}
const noMembers: Json = {}

/** The vendor's own record. Empty text and zero time mean absent. */
export const blankServer = (id: string, name: string, now: number) => ({
  ...{ id, name, hostname: hostnameOf(name), status: 'init' },
  ...{ power: choice('unknown', 'on', 'off'), vcpu: 1, memoryMb: 1024, instanceType: '' },
  ...{ disks: empty<DiskRow>(), nics: empty<NicRow>(), keypairId: '', metadata: noTags, tenantId: '', createdAt: now, updatedAt: now },
  ...{ pendingDeletedAt: 0, disableDelete: true, hypervisor: 'kvm', osType: 'Linux' },
  ...{ prepaidUntil: 0, rescue: false, password: '', updateVersion: 0 },
  /** Whether the scheduler has given it a host. */
  placed: false,
  /** Keys that overwrite the rendered record: odd values and keys of other releases. */
  extra: noMembers
})

export type ServerRow = ReturnType<typeof blankServer>

export interface TokenRow {
  readonly id: string
  readonly person: Person
  readonly method: string
  readonly projectId: string
  readonly accessKey: AccessKey | undefined
  readonly issuedAt: number
  readonly expiresAt: number
}

export const createWorld = (behavior: OnecloudBehavior, clock: () => number) => ({
  ...createAgenda(clock),
  ...{ behavior, origin: '', people, projects: [...projects], domains, accessKeys },
  tokens: new Map<string, TokenRow>(),
  servers: new Map<string, ServerRow>(),
  /** Every other collection, as the vendor renders it: path word → rows. */
  resources: new Map<string, Json[]>(),
  ...{ logins: 0, created: 0, serial: 0 }
})

export type World = ReturnType<typeof createWorld>

export const rowsOf = (world: World, collection: string): Json[] => {
  const rows = world.resources.get(collection) ?? []
  world.resources.set(collection, rows)
  return rows
}

export const nextSerial = (world: World): number => {
  world.serial += 1
  return world.serial
}

/** A record by id first, then by name. */
export const findRow = (rows: readonly Json[], idOrName: string): Json | undefined =>
  rows.find(row => row['id'] === idOrName) ?? rows.find(row => row['name'] === idOrName)

export const projectName = (world: World, id: string): string => world.projects.find(project => project.id === id)?.name ?? id

/** Names are unique across projects; a server in the recycle bin releases its name. */
export const nameTaken = (world: World, name: string, except = ''): boolean =>
  [...world.servers.values()].some(row => row.name === name && row.id !== except && row.pendingDeletedAt === 0)

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
