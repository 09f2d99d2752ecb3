import { numberOf, recordOf, textOf } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { accepted, changeHost } from './actions.ts'
import { idOf, natural, notFound, object, oneOf, owns, post, refuse, type Call, type Route, type Shape } from './call.ts'
import type { HostRecord } from './model.ts'
import { submit } from './tasks.ts'

const defer: Shape = { defer: object({ action: oneOf('host_stop') }) }

/** Only a running host defers changes. */
const deferOf = (call: Call, host: HostRecord): { defer?: string } => {
  const action = textOf(recordOf(call.body, 'defer') ?? {}, 'action')
  return action === undefined || host.state !== 'active' ? {} : { defer: action }
}

export function refuseSnapshots (host: HostRecord): void {
  if (host.snapshotCount > 0) throw refuse(400, 5045, 'Host has snapshots')
}

const setResources = changeHost((call, host) => {
  refuseSnapshots(host)
  const cpuNumber = numberOf(call.body, 'cpu_number') ?? host.cpuNumberNew
  const ramMib = numberOf(call.body, 'ram_mib') ?? host.ramMibNew
  Object.assign(host, { cpuNumberNew: cpuNumber, ramMibNew: ramMib })
  const apply = (): void => { Object.assign(host, { cpuNumber, ramMib }) }
  const fail = (): void => { Object.assign(host, { cpuNumberNew: host.cpuNumber, ramMibNew: host.ramMib }) }
  return accepted(host.id, submit(call.platform, host, { name: 'host_change_params', apply, fail, ...deferOf(call, host) }))
})

/** A disk never shrinks: a smaller size is ignored. */
function resizeDisk (call: Call): SimulatedReply {
  const { platform, body } = call
  const disk = platform.disks.get(idOf(call))
  const host = platform.hosts.get(disk?.hostId ?? -1)
  if (disk === undefined || host === undefined || !owns(call, host.accountId)) throw notFound('disk')
  refuseSnapshots(host)
  const target = Math.max(numberOf(body, 'size_mib') ?? 0, disk.sizeMib)
  disk.sizeMibNew = target
  const apply = (): void => { disk.sizeMib = Math.max(target, disk.sizeMib) }
  const fail = (): void => { disk.sizeMibNew = disk.sizeMib }
  return accepted(disk.id, submit(platform, host, { name: 'disk_resize', apply, fail, ...deferOf(call, host) }))
}

export const resizeRoutes: readonly Route[] = [
  post('/vm/v3/host/:id/resource', setResources, { body: { cpu_number: natural, ram_mib: natural, ...defer } }),
  post('/vm/v3/disk/:id', resizeDisk, { body: { size_mib: natural, ...defer }, required: ['size_mib'] })
]
