import type { SimulatedReply } from '../simulator.ts'
import type { Call, Run } from './call.ts'
import { ok, onHost } from './call.ts'
import { conflict } from './errors.ts'
import type { HostRecord, Platform, TaskRecord } from './model.ts'
import { addressesOf, disksOf } from './model.ts'
import type { TaskOrder } from './tasks.ts'
import { dropTasks, isBusy, releaseDeferred, submit } from './tasks.ts'

/** Like `onHost`, for what changes the host: a host at work may refuse. */
export const changeHost = (run: (call: Call, host: HostRecord) => SimulatedReply): Run => onHost((call, host) =>
  call.platform.knobs.busy === 'refuse' && isBusy(call.platform, host.id) ? conflict('Host is busy') : run(call, host))

export const order = (call: Call, host: HostRecord, rest: Partial<TaskOrder> & Pick<TaskOrder, 'name'>): TaskRecord =>
  submit(call.platform, {
    host,
    accountId: host.accountId,
    user: call.user.email,
    ms: call.platform.knobs.actionMs,
    ...rest
  })

/** The answer of nearly all actions; `task` is the consul id, not the row's id. */
export const accepted = (id: number, task: TaskRecord, more: Record<string, unknown> = {}): SimulatedReply =>
  ok({ id, task: task.consulId, ...more })

/** A stopped host takes over what was kept back until then. */
export function powerOff (platform: Platform, host: HostRecord, at: number): void {
  host.state = 'stopped'
  host.activeSince = null
  releaseDeferred(platform, host.id, at)
}

export function powerOn (platform: Platform, host: HostRecord, at: number): void {
  if (host.state !== 'active') releaseDeferred(platform, host.id, at)
  host.activeSince = host.state === 'active' ? host.activeSince : at
  host.state = 'active'
  host.disabled = false
}

export function eraseHost (platform: Platform, host: HostRecord, at: number): void {
  for (const disk of disksOf(platform, host.id)) platform.disks.delete(disk.id)
  for (const address of addressesOf(platform, host.id)) platform.addresses.delete(address.id)
  platform.hosts.delete(host.id)
  dropTasks(platform, host.id, at)
}
