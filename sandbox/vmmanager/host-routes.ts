import type { SimulatedReply } from '../simulator.ts'
import { accepted, changeHost, order } from './actions.ts'
import { flag, isRecord, listOf, natural, numberOf, object, text, textOf, whole } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, ok, onHost, post, remove, visibleHosts } from './call.ts'
import { createHost } from './create.ts'
import { createBody } from './create-body.ts'
import { closed, invalidValue } from './errors.ts'
import { bareHost, hostRow, macOf, metadataOf } from './host-view.ts'
import { list } from './lists.ts'
import type { HostRecord } from './model.ts'
import { addressesOf, disksOf, rowsOf, take, toStamp } from './model.ts'
import { addDisk, blankHost } from './new-host.ts'
import { isVisible, statusOf } from './tasks.ts'

/** The list of 2022 had no `size`. */
const listHosts = (call: Call): SimulatedReply => list(
  call,
  visibleHosts(call).map(host => hostRow(call.platform, host)),
  call.platform.knobs.hostShape === '2022' ? { size: false } : {}
)

/** The root path takes no resources; it has no task, the change is there at once. */
const editHost = changeHost((call, host) => {
  const name = textOf(call.body, 'name')
  if (name !== undefined && name.trim() === '') return invalidValue('name')
  host.name = name ?? host.name
  host.comment = textOf(call.body, 'comment') ?? host.comment
  return ok({ id: host.id })
})

const setAccount = changeHost((call, host) => {
  const account = numberOf(call.body, 'account') ?? -1
  if (!call.platform.users.has(account)) return invalidValue('account')
  const apply = (): void => {
    host.accountId = account
    for (const disk of disksOf(call.platform, host.id)) disk.accountId = account
  }
  return accepted(host.id, order(call, host, { name: 'host_change_account', apply }))
})

/** Answers with the host's id, which looks like a job's id and is none. */
const migrate = (name: string) => changeHost((call, host) => {
  const nodeId = numberOf(call.body, 'node') ?? -1
  const node = rowsOf(call.platform, 'node').find(row => row.id === nodeId)
  if (node?.['clusterId'] !== host.clusterId || nodeId === host.nodeId) return invalidValue('node')
  return accepted(host.id, order(call, host, { name, apply: () => { host.nodeId = nodeId } }))
})

const migrationForm = onHost(({ platform }, host) => ok({
  nodes: rowsOf(platform, 'node').filter(node => node['clusterId'] === host.clusterId).map(node => ({
    id: node.id,
    name: node['name'],
    state: node['state'],
    suitable: node.id !== host.nodeId,
    priority: 1,
    host_creation_blocked: false,
    host_count: [...platform.hosts.values()].filter(other => other.nodeId === node.id).length,
    host_limit: 0
  }))
}))

/** The copy has disks of the same sizes, no addresses, and is left switched off. */
const clone = changeHost((call, host) => {
  const { platform } = call
  const id = take(platform, 'host')
  const copy: HostRecord = {
    ...structuredClone(host),
    id,
    name: textOf(call.body, 'name') ?? host.name,
    state: 'creating',
    activeSince: null,
    createDate: toStamp(platform.now()),
    ip6: [],
    vncPassword: blankHost(id).vncPassword
  }
  platform.hosts.set(id, copy)
  for (const disk of disksOf(platform, host.id)) addDisk(platform, copy, disk)
  platform.counts.created += 1
  return accepted(id, order(call, copy, { name: 'host_clone', ms: platform.knobs.createMs, apply: () => { copy.state = 'stopped' } }))
})

const history = onHost(({ platform }, host) => {
  const rows = [...platform.tasks.values()].filter(task => task.hostId === host.id && isVisible(platform, task)).map(task => ({
    id: task.id + 130,
    task: task.id,
    name: task.name,
    date_create: toStamp(task.createdAt),
    state: statusOf(platform, task),
    params: {},
    user: task.user
  }))
  return ok({ max_id: rows.at(-1)?.id ?? 0, list: rows })
})

const metricTargets = ['cpu_load', 'mem_usage', 'df.root.used', 'net_rx', 'net_tx']

const metrics = onHost((call, host) => {
  const target = call.request.query.get('target') ?? ''
  const from = call.request.query.get('from') ?? ''
  if (!metricTargets.includes(target)) return invalidValue('target')
  if (!/^\d\d:\d\d_\d{8}$/.test(from)) return invalidValue('from')
  const now = Math.floor(call.platform.now() / 60_000) * 60
  const datapoints = Array.from({ length: 10 }, (_, index) =>
    [index === 9 || host.state !== 'active' ? null : (index * 7 + host.id) % 100 / 100, now - (9 - index) * 60])
  return ok([{ target, datapoints }])
})

const interfaces = onHost((call, host) => list(call, [{
  id: host.id,
  name: 'eth0',
  bridge: 'vmbr0',
  ip: addressesOf(call.platform, host.id).map(address => address.ip),
  mac: macOf(host.id),
  model: 'virtio',
  vxlan: null
}]))

const vncSettings = onHost((_, host) => ok({ vnc_port: 5900 + host.id, vnc_password: host.vncPassword }))

const setVncPassword = changeHost((call, host) => {
  host.vncPassword = textOf(call.body, 'password') ?? host.vncPassword
  return ok({ id: host.id })
})

const lxdConsole = onHost(({ platform }, host) => {
  const cluster = rowsOf(platform, 'cluster').find(row => row.id === host.clusterId)
  return cluster?.['virtualization_type'] === 'lxd' ? ok({ socket: `wss://SECRET-console/${host.id}` }) : closed()
})

const dropSnapshots = changeHost((call, host) =>
  accepted(host.id, order(call, host, { name: 'host_snapshot_delete', apply: () => { host.snapshotCount = 0 } })))

const editBody = { name: text, comment: text, ha_restore_on_fail: flag, ha_restore_priority: whole, expand_part: text, values: isRecord }
const host = '/vm/v3/host/:id'

export const hostRoutes: readonly Route[] = [
  get('/vm/v3/host', listHosts),
  post('/vm/v3/host', createHost, { body: createBody, required: ['name'] }),
  get(host, onHost((_, record) => ok(bareHost(record)))),
  post(host, editHost, { body: editBody }),
  get(`${host}/metadata`, onHost(({ platform }, record) => ok({ metadata: metadataOf(platform, record) }))),
  post(`${host}/account`, setAccount, { access: 'admin', body: { account: natural }, required: ['account'] }),
  get(`${host}/migrate`, migrationForm, { access: 'admin' }),
  post(`${host}/migrate`, migrate('host_migrate'), {
    access: 'admin',
    body: { node: natural, plain: flag, disks: listOf(object({ id: natural, dst_storage: natural })) },
    required: ['node']
  }),
  post(`${host}/relocate`, migrate('host_relocate'), { access: 'admin', body: { node: natural }, required: ['node'] }),
  post(`${host}/clone`, clone, { body: { name: text }, inferred: true }),
  get(`${host}/history`, history),
  get(`${host}/metrics`, metrics),
  get(`${host}/iface`, interfaces),
  get(`${host}/vnc_settings`, vncSettings, { inferred: true }),
  post(`${host}/vnc_settings`, setVncPassword, { body: { password: text }, required: ['password'], inferred: true }),
  post(`${host}/lxd/console`, lxdConsole),
  remove(`${host}/snapshot`, dropSnapshots, { inferred: true })
]
