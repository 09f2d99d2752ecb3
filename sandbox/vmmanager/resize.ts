import type { SimulatedReply } from '../simulator.ts'
import { accepted, changeHost, order } from './actions.ts'
import type { Check, Shape } from './body.ts'
import { flag, listOf, natural, numberOf, object, oneOf, orNull, recordOf, text, textOf, whole } from './body.ts'
import type { Call, Route } from './call.ts'
import { idOf, ok, owns, post } from './call.ts'
import { invalidValue, notFound, refuse } from './errors.ts'
import type { DiskRecord, HostRecord } from './model.ts'
import { keptFields } from './new-host.ts'

/** Dropping is all that a rule can do. */
const firewallRule = object({
  action: oneOf('drop'),
  direction: oneOf('in', 'out'),
  protocols: listOf(text),
  portstart: whole,
  portend: whole
})

const limit: Check = orNull(value => whole(value) && Number(value) >= 0)

export const limitShape: Shape = {
  cpu_number: natural,
  ram_mib: natural,
  net_bandwidth_mbitps: limit,
  cpu_mode: text,
  nesting: flag,
  cpu_custom_model: orNull(text),
  cpu_weight: limit,
  io_weight: limit,
  io_read_mbitps: limit,
  io_write_mbitps: limit,
  io_read_iops: limit,
  io_write_iops: limit,
  net_in_mbitps: limit,
  net_out_mbitps: limit,
  net_weight: limit,
  anti_spoofing: flag,
  tcp_connections_in: limit,
  tcp_connections_out: limit,
  process_number: limit,
  firewall_rules: listOf(firewallRule)
}

const defer: Shape = { defer: object({ action: oneOf('host_stop') }) }

/** Only a running host has something to wait for. */
const deferOf = (call: Call, host: HostRecord): { defer?: string } => {
  const action = textOf(recordOf(call.body, 'defer') ?? {}, 'action')
  return action === undefined || host.state !== 'active' ? {} : { defer: action }
}

const withSnapshots = (): SimulatedReply => refuse(400, 5045, 'Host has snapshots')

const setResources = changeHost((call, host) => {
  if (host.snapshotCount > 0) return withSnapshots()
  host.cpuNumberNew = numberOf(call.body, 'cpu_number') ?? host.cpuNumberNew
  host.ramMibNew = numberOf(call.body, 'ram_mib') ?? host.ramMibNew
  const bandwidth = numberOf(call.body, 'net_bandwidth_mbitps')
  host.bandwidthChanged ||= bandwidth !== undefined && bandwidth !== host.bandwidthMbitps
  const [cpuNumber, ramMib] = [host.cpuNumberNew, host.ramMibNew]
  const apply = (): void => {
    Object.assign(host, { cpuNumber, ramMib, bandwidthChanged: false })
    if (bandwidth !== undefined) host.bandwidthMbitps = bandwidth
    Object.assign(host.extra, keptFields(call.body))
  }
  const fail = (): void => {
    Object.assign(host, { cpuNumberNew: host.cpuNumber, ramMibNew: host.ramMib, bandwidthChanged: false })
  }
  return accepted(host.id, order(call, host, { name: 'host_change_params', apply, fail, ...deferOf(call, host) }))
})

function editDisk (call: Call): SimulatedReply {
  const { platform, body } = call
  const disk = platform.disks.get(idOf(call))
  const host = platform.hosts.get(disk?.hostId ?? -1)
  if (disk === undefined || host === undefined || !owns(call, disk.accountId)) return notFound('disk')
  const account = numberOf(body, 'account')
  if (account !== undefined && !platform.users.has(account)) return invalidValue('account')
  disk.name = textOf(body, 'name') ?? disk.name
  disk.accountId = account ?? disk.accountId
  disk.expandPart = textOf(body, 'expand_part') ?? disk.expandPart
  const sizeMib = numberOf(body, 'size_mib')
  return sizeMib === undefined ? ok({ id: disk.id }) : resizeDisk(call, host, disk, sizeMib)
}

/** A disk never becomes smaller: the wish is dropped, or refused where the knob says so. */
function resizeDisk (call: Call, host: HostRecord, disk: DiskRecord, sizeMib: number): SimulatedReply {
  if (host.snapshotCount > 0) return withSnapshots()
  if (sizeMib < disk.sizeMib && call.platform.knobs.shrink === 'error') return invalidValue('size_mib')
  disk.sizeMibNew = Math.max(sizeMib, disk.sizeMib)
  const target = disk.sizeMibNew
  const apply = (): void => { disk.sizeMib = Math.max(target, disk.sizeMib) }
  const fail = (): void => { disk.sizeMibNew = disk.sizeMib }
  return accepted(disk.id, order(call, host, { name: 'disk_resize', apply, fail, ...deferOf(call, host) }))
}

const diskBody: Shape = { name: text, account: natural, size_mib: natural, expand_part: text, pool: natural, ...defer }

export const resizeRoutes: readonly Route[] = [
  post('/vm/v3/host/:id/resource', setResources, { body: { ...limitShape, ...defer } }),
  post('/vm/v3/disk/:id', editDisk, { body: diskBody })
]
