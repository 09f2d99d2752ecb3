import type { ServerRow, World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { listForbidden, notConvertible, refuse } from './failures.ts'
import { commonTest, pageOf, statusCounts, type ListRules } from './lists.ts'
import { parseClause, sameValue } from './filters.ts'
import { columnsOf, hostId, listRecord, plainRecord } from './record.ts'
import { allowedScope, type Caller } from './tokens.ts'
import { isTrue, type Json } from './values.ts'

interface Candidate {
  readonly row: ServerRow
  readonly columns: Json
}

export const serverRules = (world: World, columns: Json): ListRules => ({
  plural: 'servers',
  inputType: 'ServerListInput',
  columns: new Set([...Object.keys(columns), 'tenant_id', 'user_data']),
  searched: ['id', 'name', 'hostname', 'description'],
  maxPage: world.knobs.maxPage
})

const sample = (world: World, rows: readonly Candidate[]): ListRules => serverRules(world, rows[0]?.columns ?? {})

export const listServers = (world: World, caller: Caller, query: URLSearchParams): Json => {
  const owned = ownedBy(world, caller, query)
  const rows = chosen(world, owned, query)
  const plain = query.get('details') === 'false'
  const listed = rows.map(({ row, columns }) => ({ columns, render: () => plain ? plainRecord(world, row) : listRecord(world, row) }))
  return pageOf(listed, query, sample(world, rows), totalsOf(rows))
}

/** Scope: the caller's own project unless a wider one is asked for and allowed. */
export const ownedBy = (world: World, caller: Caller, query: URLSearchParams): ServerRow[] => {
  const rows = [...world.servers.values()]
  const scope = query.get('scope') ?? 'project'
  const need = scope === 'system' || scope === 'domain' ? scope : 'project'
  if (caller.guest) throw listForbidden('compute', 'servers', need, 'none')
  if (need !== 'project' && !caller.admin) throw listForbidden('compute', 'servers', need, allowedScope(caller))
  const other = query.get('project_id') ?? query.get('project') ?? query.get('tenant') ?? ''
  if (other !== '') return inProject(world, caller, rows, other)
  // The legacy flag shows other projects' servers even to an ordinary user.
  if (isTrue(query.get('admin')) || need !== 'project') return rows
  if (caller.admin && (scope === 'max' || scope === 'maxallowed')) return rows
  return rows.filter(row => row.tenantId === caller.projectId)
}

const inProject = (world: World, caller: Caller, rows: readonly ServerRow[], wanted: string): ServerRow[] => {
  const project = world.projects.find(candidate => candidate.id === wanted || candidate.name === wanted)
  if (project === undefined) throw refuse(404, 'ResourceNotFoundError', `ListItems: listItemQueryFiltersRaw: project ${wanted}: ResourceNotFoundError`)
  if (!caller.admin && project.id !== caller.projectId) throw listForbidden('compute', 'servers', 'domain', 'project')
  return rows.filter(row => row.tenantId === project.id)
}

/** Every filter but the owner's. A GET of one record with a query string passes through here too. */
export const chosen = (world: World, rows: readonly ServerRow[], query: URLSearchParams): Candidate[] => {
  const candidates = rows.map(row => ({ row, columns: { ...columnsOf(world, row), tenant_id: row.tenantId } }))
  const common = commonTest(query, sample(world, candidates))
  const special = specialTests(world, query)
  return candidates.filter(({ row, columns }) =>
    inBin(row, query.get('pending_delete') ?? '') && common(columns) && special.every(test => test(row)))
}

const inBin = (row: ServerRow, wanted: string): boolean => {
  if (wanted.toLowerCase() === 'all') return true
  return (row.pendingDeletedAt > 0) === isTrue(wanted)
}

type RowTest = (row: ServerRow) => boolean

const specialTests = (world: World, query: URLSearchParams): RowTest[] => {
  const tests: RowTest[] = []
  const add = (key: string, make: (value: string) => RowTest): void => {
    const values = query.getAll(key).filter(value => value !== '')
    if (values.length === 0) return
    const made = values.map(make)
    tests.push(row => made.some(test => test(row)))
  }
  for (const key of ['zone', 'zone_id']) add(key, value => placedIn(world, 'zones', 'zone', value))
  for (const key of ['cloudregion', 'cloudregion_id', 'region', 'region_id']) add(key, value => placedIn(world, 'cloudregions', 'cloudregion', value))
  for (const key of ['host', 'host_id']) add(key, value => onHost(value))
  for (const key of ['network', 'network_id']) add(key, value => onNetwork(world, value))
  for (const key of ['vpc', 'vpc_id']) add(key, value => inVpc(world, value))
  add('hypervisor', value => row => sameValue(row.hypervisor, value))
  add('instance_type', value => row => sameValue(row.instanceType, value))
  add('os_type', value => row => sameValue(row.osType, value))
  add('vcpu_count', value => numeric(query, 'vcpu_count', value, row => row.vcpu))
  add('vmem_size', value => numeric(query, 'vmem_size', value, row => row.memoryMb))
  add('ip_addrs', value => row => row.nics.some(nic => value.split(',').includes(nic.ip)))
  add('with_eip', value => row => isTrue(value) === rowsOf(world, 'eips').some(eip => eip['associate_id'] === row.id))
  for (const text of query.getAll('joint_filter')) tests.push(jointTest(text))
  return tests
}

const known = (found: boolean, kind: string, name: string): void => {
  if (found) return
  throw refuse(404, 'ResourceNotFoundError', `ListItems: listItemQueryFiltersRaw: Validate${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}ResourceInput: ${kind} ${name}: ResourceNotFoundError`)
}

const placedIn = (world: World, collection: string, kind: string, name: string): RowTest => {
  known(findRow(rowsOf(world, collection), name) !== undefined, kind, name)
  return row => row.placed
}

const onHost = (name: string): RowTest => {
  known(name === hostId || name === 'stubnode', 'host', name)
  return row => row.placed
}

const onNetwork = (world: World, name: string): RowTest => {
  const network = findRow(rowsOf(world, 'networks'), name)
  known(network !== undefined, 'network', name)
  return row => row.nics.some(nic => nic.networkId === network?.['id'])
}

const inVpc = (world: World, name: string): RowTest => {
  const networks = rowsOf(world, 'networks').filter(network => network['vpc_id'] === name || network['vpc'] === name)
  known(networks.length > 0, 'vpc', name)
  return row => row.nics.some(nic => networks.some(network => network['id'] === nic.networkId))
}

const numeric = (query: URLSearchParams, key: string, value: string, read: (row: ServerRow) => number): RowTest => {
  if (!/^\d+$/.test(value)) throw notConvertible(Object.fromEntries(query), 'ServerListInput', key, value, 'ListItems: listItemQueryFiltersRaw')
  return row => read(row) === Number(value)
}

/** Only the table of a server's network cards is simulated; other joins are ignored like unknown columns. */
const jointTest = (text: string): RowTest => {
  const match = /^guestnetworks\.guest_id(?:\(id\))?\.(.+)$/s.exec(text)
  const clause = match?.[1] === undefined ? undefined : parseClause(match[1])
  if (clause === undefined || !['ip_addr', 'mac_addr', 'network_id'].includes(clause.column)) return () => true
  return row => row.nics.some(nic =>
    clause.test(clause.column === 'ip_addr' ? nic.ip : clause.column === 'mac_addr' ? nic.mac : nic.networkId))
}

const totalsOf = (rows: readonly Candidate[]): Json => ({
  count: 0,
  cpu_count: sum(rows, row => row.vcpu),
  disk_count: sum(rows, row => row.disks.length),
  disk_mb: sum(rows, row => row.disks.reduce((size, disk) => size + disk.sizeMb, 0)),
  mem_mb: sum(rows, row => row.memoryMb),
  status_info: statusCounts(rows.map(({ columns }) => columns))
})

export const serverStatistics = (world: World, caller: Caller, query: URLSearchParams): Json => {
  const rows = chosen(world, ownedBy(world, caller, query), query)
  const totals = totalsOf(rows)
  return {
    status_info: totals['status_info'],
    total_cpu_count: totals['cpu_count'],
    total_disk_size_mb: totals['disk_mb'],
    total_mem_size_mb: totals['mem_mb']
  }
}

export const distinctValues = (world: World, caller: Caller, query: URLSearchParams): Json => {
  const rows = chosen(world, ownedBy(world, caller, query), query)
  return Object.fromEntries(query.getAll('field').map(field =>
    [field, [...new Set(rows.map(({ columns }) => columns[field]).filter(value => value !== undefined && value !== ''))].sort()]))
}

const sum = (rows: readonly Candidate[], read: (row: ServerRow) => number): number =>
  rows.reduce((total, { row }) => total + read(row), 0)
