import type { SimulatedReply } from '../simulator.ts'
import { listOf, natural, recordsOf, text } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, isAdmin, ok, post } from './call.ts'
import { notFound } from './errors.ts'
import { list } from './lists.ts'
import type { HostRecord, Platform, Row } from './model.ts'
import { disksOf, rowOf, rowsOf, take } from './model.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const usedBy = (platform: Platform, hosts: readonly HostRecord[]) => ({
  cpu: sum(hosts.map(host => host.cpuNumber)),
  ramMib: sum(hosts.map(host => host.ramMib)),
  diskMib: sum(hosts.flatMap(host => disksOf(platform, host.id).map(disk => disk.sizeMib)))
})

function clusterRow (call: Call, row: Row): Row {
  const { platform } = call
  const hosts = [...platform.hosts.values()].filter(host => host.clusterId === row.id)
  const used = usedBy(platform, hosts)
  const pools = [...platform.pools.values()].filter(pool => pool.clusters.some(cluster => cluster.id === row.id))
  return {
    ...row,
    host_count: hosts.length,
    account_host_count: hosts.filter(host => host.accountId === call.user.id).length,
    node_count: rowsOf(platform, 'node').filter(node => node['clusterId'] === row.id).length,
    cpu_number: { total: 1024, used: used.cpu },
    ram_mib: { total: 1048576, used: used.ramMib },
    storage_mib: { total: 16777216, used: used.diskMib },
    ippools: pools.map(({ id, name }) => ({ id, name }))
  }
}

function nodeRow ({ platform }: Call, row: Row): Row {
  const { clusterId, ...own } = row
  const cluster = rowOf(platform, 'cluster', Number(clusterId))
  const hosts = [...platform.hosts.values()].filter(host => host.nodeId === row.id)
  const count = (state: string): number => hosts.filter(host => host.state === state).length
  const used = usedBy(platform, hosts)
  const base = { ...own, id: row.id, cluster: { id: clusterId, name: cluster?.['name'], virtualization_type: cluster?.['virtualization_type'] } }
  if (platform.knobs.nodeShape === '2022') {
    return { ...base, cpu_number: 512, ram_mib: { total: 524288, used: used.ramMib }, storage_mib: { total: 8388608, used: used.diskMib }, host_count: hosts.length }
  }
  return {
    ...base,
    cpu: { number: 512, used: used.cpu },
    ram_mib: { total: 524288, allocated: used.ramMib },
    storage: { size_mib: 8388608, used_mib: used.diskMib, allocated_mib: used.diskMib, available_mib: 8388608 - used.diskMib },
    vm: { total: hosts.length, active: count('active'), stopped: count('stopped'), crashed: count('crashed'), estimated: 20 }
  }
}

/** A preset's disk was one number once and is a list now. */
function presetRow ({ platform }: Call, row: Row): Row {
  if (platform.knobs.presetDisk === 'disks') return row
  const { disks, ...rest } = row
  return { ...rest, id: row.id, hdd_mib: recordsOf(row, 'disks')[0]?.['size_mib'] }
}

const unchanged = (_: Call, row: Row): Row => row

const mayUseImage = (call: Call, row: Row): boolean =>
  isAdmin(call.user) || row['for_all'] === true || row['account'] === call.user.email

interface Kind {
  readonly name: string
  readonly admin?: true
  readonly view?: (call: Call, row: Row) => Row
  readonly isOpen?: (call: Call, row: Row) => boolean
}

const kinds: readonly Kind[] = [
  { name: 'os', isOpen: (call, row) => isAdmin(call.user) || row['adminonly'] !== true },
  { name: 'image', isOpen: mayUseImage },
  { name: 'preset', view: presetRow },
  { name: 'cluster', view: clusterRow },
  { name: 'node', view: nodeRow, admin: true },
  { name: 'recipe' },
  { name: 'vxlan' },
  { name: 'storage', admin: true },
  { name: 'tag' },
  { name: 'schedule' },
  { name: 'ssh_key', admin: true }
]

/** By id an element comes without linked things: only its plain fields. */
const bare = (row: Row): Row => ({
  ...Object.fromEntries(Object.entries(row).filter(([, value]) => typeof value !== 'object' || value === null)),
  id: row.id
})

const routesOf = ({ name, admin, view = unchanged, isOpen = () => true }: Kind): Route[] => {
  const rest = admin === true ? { access: 'admin' as const } : {}
  const open = (call: Call): Row[] => rowsOf(call.platform, name).filter(row => isOpen(call, row))
  const one = (call: Call): SimulatedReply => {
    const row = open(call).find(candidate => candidate.id === idOf(call))
    return row === undefined ? notFound(name) : ok(bare(view(call, row)))
  }
  return [
    get(`/vm/v3/${name}`, call => list(call, open(call).map(row => view(call, row))), rest),
    get(`/vm/v3/${name}/:id`, one, rest)
  ]
}

function addSshKey ({ platform, body }: Call): SimulatedReply {
  const row: Row = { id: take(platform, 'other'), ...body }
  rowsOf(platform, 'ssh_key').push(row)
  return ok({ id: row.id })
}

export const catalogueRoutes: readonly Route[] = [
  ...kinds.flatMap(routesOf),
  post('/vm/v3/ssh_key', addSshKey, {
    access: 'admin',
    body: { name: text, ssh_key: text, clusters: listOf(natural) },
    required: ['name', 'ssh_key']
  }),
  get('/vm/v3/version', () => ok({ version: '2025.1.0-1' }), { inferred: true })
]
