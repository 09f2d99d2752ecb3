import { flagOf, numberOf, recordOf, recordsOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import {
  conflict, flag, get, idOf, invalidValue, isAdmin, missingProperty, natural, notFound, object, ok, oneOf, onHost, owns, post, refuse,
  remove, text, type Call, type HostRun, type Route, type Run, type Shape
} from './call.ts'
import { addressesOf, disksOf, rowOf, type HostRecord, type TaskRecord } from './model.ts'
import { dropTasks, isBusy, releaseDeferred, submit } from './tasks.ts'

/** Like `onHost`, for changes of the host: a busy host may refuse. */
export const changeHost = (run: HostRun): Run => onHost((call, host) => {
  if (call.platform.behavior.busy === 'refuse' && isBusy(call.platform, host.id)) throw conflict('Host is busy')
  return run(call, host)
})

/** The answer of nearly all actions; `task` is the consul id, not the row's id. */
export const accepted = (id: number, task: TaskRecord, more: Json = {}): SimulatedReply => ok({ id, task: task.consulId, ...more })

interface Change {
  readonly task: string
  /** A host in this state may refuse. */
  readonly refusedIn?: string
  readonly body: Shape
  readonly required?: readonly string[]
  readonly effect: (call: Call, host: HostRecord, at: number) => void
}

/** Clients send nothing, `{}`, some id of the host, or `force`; all are accepted. */
const powerBody: Shape = { host_id: natural, force: flag }

export function checkPassword ({ body }: Call): void {
  if ((textOf(body, 'password') ?? 'long enough').length < 8) throw invalidValue('password')
}

const changes: Readonly<Record<string, Change>> = {
  start: { task: 'host_start', refusedIn: 'active', body: powerBody, effect: powerOn },
  stop: { task: 'host_stop', refusedIn: 'stopped', body: powerBody, effect: powerOff },
  rescue_mode: {
    task: 'host_rescue_mode',
    body: { rescue_mode: flag },
    required: ['rescue_mode'],
    effect: ({ body }, host, at) => { Object.assign(host, { rescueMode: flagOf(body, 'rescue_mode'), activeSince: at, state: 'active' }) }
  },
  password: {
    task: 'host_change_password',
    body: { password: text },
    required: ['password'],
    effect: ({ body }, host) => { host.password = textOf(body, 'password') ?? '' }
  }
}

const runChange = (call: Call, host: HostRecord, { task, refusedIn, effect }: Change): SimulatedReply => {
  if (call.platform.behavior.sameState === 'refuse' && host.state === refusedIn) throw conflict(`Host is already ${refusedIn}`)
  checkPassword(call)
  return accepted(host.id, submit(call.platform, host, { name: task, apply: at => { effect(call, host, at) } }))
}

/** A stopped host applies its deferred changes. */
function powerOff ({ platform }: Pick<Call, 'platform'>, host: HostRecord, at: number): void {
  Object.assign(host, { state: 'stopped', activeSince: null })
  releaseDeferred(platform, host.id, at)
}

function powerOn ({ platform }: Pick<Call, 'platform'>, host: HostRecord, at: number): void {
  if (host.state !== 'active') releaseDeferred(platform, host.id, at)
  Object.assign(host, { state: 'active', activeSince: host.state === 'active' ? host.activeSince : at, disabled: false })
}

const restart = changeHost((call, host) => {
  const { platform } = call
  const off = (at: number): void => { powerOff(call, host, at) }
  const on = (at: number): void => { powerOn(call, host, at) }
  if (platform.behavior.restart === 'single-task') {
    return accepted(host.id, submit(platform, host, { name: 'host_restart', apply: at => { off(at); on(at) } }))
  }
  const stopping = submit(platform, host, { name: 'host_stop', apply: off })
  return ok({ id: host.id, stop_task: stopping.consulId, start_task: submit(platform, host, { name: 'host_start', apply: on }).consulId })
})

const destroy = changeHost(({ platform }, host) => {
  if (host.isProtected) throw refuse(400, 5033, 'Host is protected')
  const apply = (at: number): void => {
    for (const disk of disksOf(platform, host.id)) platform.disks.delete(disk.id)
    for (const address of addressesOf(platform, host.id)) platform.addresses.delete(address.id)
    platform.hosts.delete(host.id)
    dropTasks(platform, host.id, at)
  }
  return accepted(host.id, submit(platform, host, { name: 'host_delete', apply }))
})

/** The other tasks in an answer: of recipes and of the console. */
export const otherTasks = (recipes: readonly number[] = []): Json =>
  ({ recipe_task_list: recipes, recipe_task: recipes[0] ?? 0, spice_task: 0 })

export type HostImage = Pick<HostRecord, 'osId' | 'osName' | 'osGroup'>

/** A host is made of either a template (`os`) or a saved image (`image`), never of both or neither. */
export function imageChoice (call: Call, clusterId: number): HostImage {
  const { platform, body, user } = call
  const [os, saved] = [numberOf(body, 'os'), numberOf(body, 'image')]
  if (os === undefined && saved === undefined) throw missingProperty('os')
  if (os === undefined || saved !== undefined) {
    const row = rowOf(platform, 'image', saved ?? -1)
    const isOpen = row?.['for_all'] === true || isAdmin(user) || row?.['account'] === user.email
    if (os !== undefined || row?.['state'] !== 'active' || !isOpen) throw invalidValue('image')
    return { osId: null, osName: String(row['name']), osGroup: '' }
  }
  const row = rowOf(platform, 'os', os)
  const isIn = recordsOf(row ?? {}, 'clusters').some(cluster => cluster['id'] === clusterId)
  if (row?.['state'] !== 'active' || !isIn || (row['adminonly'] === true && !isAdmin(user))) throw invalidValue('os')
  return { osId: os, osName: String(row['name']), osGroup: String(row['os_group']) }
}

/** The state leaves `active` at once and returns when the task ends; the word in between is not documented. */
const reinstall = changeHost((call, host) => {
  const choice = imageChoice(call, host.clusterId)
  checkPassword(call)
  host.state = 'reinstalling'
  const password = textOf(call.body, 'password') ?? host.password
  const apply = (at: number): void => { Object.assign(host, choice, { password, rescueMode: false, activeSince: at, state: 'active' }) }
  const fail = (): void => { host.state = 'stopped' }
  const task = submit(call.platform, host, { name: 'host_reinstall', ms: call.platform.behavior.createMs, apply, fail })
  return accepted(host.id, task, otherTasks())
})

/** The root path accepts no resources; the change takes effect at once, without a task. */
const edit = changeHost(({ body }, host) => {
  const name = textOf(body, 'name')
  if (name?.trim() === '') throw invalidValue('name')
  Object.assign(host, { name: name ?? host.name, comment: textOf(body, 'comment') ?? host.comment })
  return ok({ id: host.id })
})

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

const host = '/vm/v3/host/:id'

export const actionRoutes: readonly Route[] = [
  ...Object.entries(changes).map(([path, change]) =>
    post(`${host}/${path}`, changeHost((call, record) => runChange(call, record, change)), change)),
  post(`${host}/restart`, restart, { body: powerBody }),
  post(`${host}/reinstall`, reinstall, { body: { os: natural, image: natural, password: text, send_email_mode: text } }),
  post(host, edit, { body: { name: text, comment: text } }),
  remove(host, destroy),
  post(`${host}/resource`, setResources, { body: { cpu_number: natural, ram_mib: natural, ...defer } }),
  post('/vm/v3/disk/:id', resizeDisk, { body: { size_mib: natural, ...defer }, required: ['size_mib'] }),
  get(`${host}/vnc_settings`, onHost((_, { id }) => ok({ vnc_port: 5900 + id, vnc_password: `SECRET-vnc-${id}` })), { inferred: true })
]
