import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { listForbidden, noHandler, notFound, objectForbidden, refuse } from './failures.ts'
import { commonTest, pageOf, statusCounts, type ListRules } from './lists.ts'
import { sameValue } from './filters.ts'
import { allowedScope, callerOf, type Caller } from './tokens.ts'
import { deleteInstanceSnapshot } from './snapshots.ts'
import { isTrue, tidy, type Json } from './values.ts'
import { diskRows } from './disks.ts'

/** What a caller may see: everybody's, the project's own, the user's own, or nobody's but an admin's. */
type Owner = 'shared' | 'project' | 'user' | 'admin'

export interface Collection {
  readonly word: string
  readonly service: string
  readonly owner: Owner
  readonly totals: boolean
  /** Query keys that choose by an equal column. */
  readonly filters: readonly string[]
}

const shared = { service: 'compute', owner: 'shared', totals: false, filters: [] } as const
const owned = { service: 'compute', owner: 'project', totals: true, filters: [] } as const

export const collections: ReadonlyMap<string, Collection> = new Map(([
  { ...shared, word: 'cloudregion', filters: ['provider', 'enabled'] },
  { ...shared, word: 'zone', filters: ['cloudregion', 'cloudregion_id', 'region', 'region_id'] },
  { ...shared, word: 'serversku', filters: ['provider', 'enabled', 'cpu_core_count', 'memory_size_mb', 'cloudregion', 'cloudregion_id', 'zone', 'zone_id', 'cpu_arch', 'postpaid_status', 'prepaid_status'] },
  { ...shared, totals: true, word: 'network', filters: ['server_type', 'vpc', 'vpc_id', 'wire', 'wire_id', 'zone', 'zone_id', 'cloudregion', 'cloudregion_id', 'is_auto_alloc'] },
  { ...shared, word: 'vpc', filters: ['cloudregion', 'cloudregion_id'] },
  { ...shared, word: 'secgroup', totals: true },
  { ...shared, totals: true, word: 'cachedimage', filters: ['image_type', 'os_type'] },
  { ...shared, word: 'keypair', owner: 'user' },
  { ...owned, word: 'eip', filters: ['mode', 'associate_type', 'associate_id', 'ip_addr'] },
  { ...owned, word: 'snapshot', filters: ['disk_id', 'disk_type'] },
  { ...owned, word: 'instance_snapshot', filters: ['guest_id'] },
  { ...owned, word: 'disk', filters: ['disk_type', 'storage_type'] },
  { ...shared, word: 'host', owner: 'admin' }
] satisfies Collection[]).map(item => [`${item.word}s`, item]))

export const collectionRows = (world: World, plural: string): readonly Json[] =>
  plural === 'disks' ? diskRows(world) : rowsOf(world, plural)

/** Lists and single records of everything that is not a server. */
export const resourceReply = (world: World, request: SimulatedRequest, kind: Collection, id: string | undefined): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  const rows = collectionRows(world, `${kind.word}s`)
  if (id === undefined) {
    if (request.method !== 'GET') throw noHandler()
    return { status: 200, body: listRows(world, caller, kind, { rows, query: request.query }) }
  }
  const row = ownRecord(caller, kind, rows, id)
  switch (request.method) {
    case 'GET': return { status: 200, body: { [kind.word]: tidy(row) } }
    case 'DELETE': return dropRecord(world, kind, row)
    default: throw noHandler()
  }
}

export const ownRecord = (caller: Caller, kind: Collection, rows: readonly Json[], id: string): Json => {
  const mine = rows.filter(row => isVisible(caller, kind, row))
  const row = findRow(mine, id) ?? findRow(rows, id)
  if (row === undefined) throw notFound(kind.word, id)
  if (caller.guest) throw objectForbidden('project', 'none')
  if (!mine.includes(row)) throw objectForbidden('domain', allowedScope(caller))
  return row
}

const isVisible = (caller: Caller, kind: Collection, row: Json): boolean => {
  switch (kind.owner) {
    case 'shared': return true
    case 'project': return row['tenant_id'] === caller.projectId
    case 'user': return row['owner_id'] === caller.person?.id
    case 'admin': return caller.admin
  }
}

interface Asked {
  readonly rows: readonly Json[]
  readonly query: URLSearchParams
}

export const listRows = (world: World, caller: Caller, kind: Collection, { rows, query }: Asked): Json => {
  const plural = `${kind.word}s`
  const need = kind.owner === 'admin' ? 'domain' : query.get('scope') === 'system' ? 'system' : 'project'
  if (caller.guest || (!caller.admin && need !== 'project')) throw listForbidden(kind.service, plural, need, allowedScope(caller))
  const columns = new Set(rows.flatMap(row => Object.keys(row)))
  const rules: ListRules = { plural, inputType: 'ListInput', columns, searched: ['id', 'name'], maxPage: world.knobs.maxPage }
  const test = commonTest(query, rules)
  const everyone = caller.admin && need === 'system'
  const found = rows.filter(row => (everyone || isVisible(caller, kind, row)) && test(row) && matches(row, kind.filters, query))
  const totals = kind.totals ? { count: found.length, status_info: statusCounts(found) } : undefined
  return pageOf(found.map(row => ({ columns: row, render: () => tidy(row) })), query, rules, totals)
}

const matches = (row: Json, filters: readonly string[], query: URLSearchParams): boolean => filters
  .filter(key => (query.get(key) ?? '') !== '')
  .every(key => query.getAll(key).some(value =>
    typeof row[key] === 'boolean' ? row[key] === isTrue(value) : sameValue(row[key], value) || isNamed(row, key, value)))

/** `cloudregion=` and `zone=` take an id as well as a name. */
const isNamed = (row: Json, key: string, value: string): boolean => row[`${key}_id`] === value || row[key.replace(/_id$/, '')] === value

const deletable = ['keypair', 'eip', 'snapshot', 'instance_snapshot']

const dropRecord = (world: World, kind: Collection, row: Json): SimulatedReply => {
  if (!deletable.includes(kind.word)) throw objectForbidden('system', 'project')
  if (row['can_delete'] === false) throw refuse(406, 'NotEmptyError', `${kind.word} is in use, cannot delete`)
  if (kind.word === 'instance_snapshot') return deleteInstanceSnapshot(world, row)
  const plural = `${kind.word}s`
  world.resources.set(plural, rowsOf(world, plural).filter(candidate => candidate !== row))
  return { status: 200, body: { [kind.word]: tidy(row) } }
}
