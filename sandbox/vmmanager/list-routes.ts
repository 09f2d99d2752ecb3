import { textOf } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { addressesIn } from './addresses.ts'
import {
  conflict, get, idOf, invalidValue, isAdmin, notFound, ok, oneOf, owns, post, text, type Call, type Route, type Run
} from './call.ts'
import { createBody, createHost } from './create.ts'
import { hostRow } from './host-view.ts'
import { list } from './lists.ts'
import {
  disksOf, rowOf, rowsOf, type HostRecord, type Platform, type PoolRecord, type Row, type TaskRecord, type UserRecord
} from './model.ts'
import { isVisible, taskRow } from './tasks.ts'

/** The list of 2022 had no `size`. */
const listHosts = (call: Call): SimulatedReply => list(
  call,
  [...call.platform.hosts.values()].filter(host => owns(call, host.accountId)).map(host => hostRow(call.platform, host)),
  call.platform.behavior.hostShape !== '2022'
)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const hostsWith = (platform: Platform, key: 'clusterId' | 'accountId', id: number): HostRecord[] =>
  [...platform.hosts.values()].filter(host => host[key] === id)

const usedBy = (platform: Platform, hosts: readonly HostRecord[]) => ({
  cpu: sum(hosts.map(host => host.cpuNumber)),
  ramMib: sum(hosts.map(host => host.ramMib)),
  diskMib: sum(hosts.flatMap(host => disksOf(platform, host.id).map(disk => disk.sizeMib)))
})

function clusterRow ({ platform }: Call, row: Row): Row {
  const hosts = hostsWith(platform, 'clusterId', row.id)
  const used = usedBy(platform, hosts)
  return {
    ...row,
    host_count: hosts.length,
    node_count: rowsOf(platform, 'node').filter(node => node['clusterId'] === row.id).length,
    ...{ cpu_number: { total: 1024, used: used.cpu }, ram_mib: { total: 1048576, used: used.ramMib } },
    storage_mib: { total: 16777216, used: used.diskMib },
    ippools: platform.pools.filter(pool => pool.clusters.some(({ id }) => id === row.id)).map(({ id, name }) => ({ id, name }))
  }
}

const listRows = (name: string, isOpen: (call: Call, row: Row) => boolean = () => true, view = (_call: Call, row: Row): Row => row): Run =>
  call => list(call, rowsOf(call.platform, name).filter(row => isOpen(call, row)).map(row => view(call, row)))

function poolRow (platform: Platform, { clusters, first, last, ...row }: PoolRecord): Row {
  const used = [...platform.addresses.values()].filter(({ poolId }) => poolId === row.id).length
  const links = clusters.map(link => ({ ...link, name: rowOf(platform, 'cluster', link.id)?.['name'] }))
  const ipv4 = { total: addressesIn({ clusters, first, last, ...row }).length, used }
  return { ...row, ipv4, ipv6: null, min_ipv6_prefix: null, clusters: links }
}

function accountRow (platform: Platform, { id, email, state, role }: UserRecord): Row {
  const hosts = hostsWith(platform, 'accountId', id)
  const used = usedBy(platform, hosts)
  return {
    ...{ id, email, state, auth_source: 'local', roles: [role], host_count: hosts.length, host_ids: hosts.map(host => host.id) },
    ...{ cpu_count: used.cpu, ram_mib: used.ramMib, hdd_mib: used.diskMib }
  }
}

function createAccount ({ platform, body }: Call): SimulatedReply {
  const email = textOf(body, 'email') ?? ''
  const password = textOf(body, 'password') ?? ''
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw invalidValue('email')
  if (password.length < 8) throw invalidValue('password')
  if ([...platform.users.values()].some(user => user.email === email)) throw conflict('Account exists')
  const id = Math.max(...platform.users.keys()) + 1
  platform.users.set(id, { id, email, password, role: textOf(body, 'role') ?? '@user', state: 'active' })
  return ok({ id })
}

const newAccount = { email: text, full_name: text, password: text, phone_number: text, role: oneOf('@admin', '@advanced_user', '@user') }

const visibleTasks = (call: Call): TaskRecord[] =>
  [...call.platform.tasks.values()].filter(task => owns(call, task.accountId) && isVisible(call.platform, task))

/** The path takes the row's id; an action's number (the consul id) finds nothing here. */
function getTask (call: Call): SimulatedReply {
  const task = visibleTasks(call).find(({ id }) => id === idOf(call))
  if (task === undefined) throw notFound('task')
  const output = task.settled && task.fails ? `Task ${task.name} failed: not enough resources on the node` : ''
  return ok({ task: { id: task.id, name: task.name, status: taskRow(call.platform, task)['status'], output } })
}

export const listRoutes: readonly Route[] = [
  get('/vm/v3/host', listHosts),
  post('/vm/v3/host', createHost, { body: createBody, required: ['name'] }),
  get('/vm/v3/os', listRows('os', (call, row) => isAdmin(call.user) || row['adminonly'] !== true)),
  get('/vm/v3/image', listRows('image', ({ user }, row) => isAdmin(user) || row['for_all'] === true || row['account'] === user.email)),
  get('/vm/v3/preset', listRows('preset')),
  get('/vm/v3/cluster', listRows('cluster', undefined, clusterRow)),
  get('/vm/v3/vxlan', listRows('vxlan')),
  get('/vm/v3/ssh_key', listRows('ssh_key'), { access: 'admin' }),
  get('/vm/v3/ippool', call => list(call, call.platform.pools.map(pool => poolRow(call.platform, pool)), false)),
  get('/vm/v3/account', call => list(call, [...call.platform.users.values()]
    .filter(user => owns(call, user.id))
    .map(user => accountRow(call.platform, user)))),
  post('/vm/v3/account', createAccount, { access: 'admin', body: newAccount, required: ['email', 'password'] }),
  get('/vm/v3/task', call => list(call, visibleTasks(call).map(task => taskRow(call.platform, task)))),
  get('/vm/v3/task/:id', getTask)
]
