import { flagOf, numberOf, recordsOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { accepted, order } from './actions.ts'
import { addressShape } from './address-routes.ts'
import { assign, wishedAddresses } from './allocation.ts'
import {
  closed, flag, invalidValue, isAdmin, listOf, missingProperty, natural, object, refuse, text, whole, type Call, type Shape
} from './call.ts'
import { imageChoice, recipeShape, type HostImage } from './images.ts'
import { limitShape } from './limits.ts'
import { addDisk, blankHost, type DiskSize } from './new-host.ts'
import { rowOf, rowsOf, take, toStamp, type HostRecord, type Row } from './model.ts'

export const createBody: Shape = {
  ...limitShape,
  ...recipeShape,
  ...addressShape,
  name: text,
  cluster: natural,
  node: natural,
  storage: natural,
  account: natural,
  domain: text,
  preset: natural,
  os: natural,
  image: natural,
  password: text,
  hdd_mib: natural,
  disks: listOf(object({ name: text, size_mib: natural, boot_order: natural, expand_part: text, storage: natural, tags: listOf(whole) })),
  comment: text,
  snapshots_allowed: flag
}

interface Placement {
  readonly clusterId: number
  readonly nodeId: number
  readonly accountId: number
}

/** Every accepted create makes a host of its own; nothing here is idempotent. */
export function createHost (call: Call): SimulatedReply {
  const { platform, body } = call
  const place = placeOf(call)
  if (place === null) return invalidValue('cluster')
  if (!isAdmin(call.user) && place.accountId !== call.user.id) return closed()
  const choice = imageChoice(call, place.clusterId)
  if ('status' in choice) return choice
  const refusal = bodyRefusal(call, place.accountId)
  if (refusal !== null) return refusal
  const addresses = wishedAddresses(platform, body, place.clusterId)
  if (addresses === null) return refuse(400, 5040, 'No free IP addresses')
  const host = newHost(call, place, choice)
  for (const free of addresses) assign(platform, host, free)
  platform.counts.created += 1
  return followed(call, host)
}

function placeOf ({ platform, body, user }: Call): Placement | null {
  const clusterId = numberOf(body, 'cluster') ?? rowsOf(platform, 'cluster')[0]?.id ?? -1
  const wished = numberOf(body, 'node')
  const node = rowsOf(platform, 'node').find(row => row['clusterId'] === clusterId && (wished ?? row.id) === row.id)
  return node === undefined ? null : { clusterId, nodeId: node.id, accountId: numberOf(body, 'account') ?? user.id }
}

function bodyRefusal ({ platform, body }: Call, accountId: number): SimulatedReply | null {
  const preset = numberOf(body, 'preset')
  if (!platform.users.has(accountId)) return invalidValue('account')
  if ((textOf(body, 'name') ?? '').trim() === '') return invalidValue('name')
  const domain = textOf(body, 'domain') ?? ''
  if (domain !== domain.toLowerCase() || /\s/.test(domain)) return invalidValue('domain')
  if (preset !== undefined && rowOf(platform, 'preset', preset) === undefined) return invalidValue('preset')
  const sizes = ['cpu_number', 'ram_mib', ...body['disks'] === undefined ? ['hdd_mib'] : []]
  const needed = [...preset === undefined ? sizes : [], ...body['os'] === undefined ? [] : ['password']]
  const missing = needed.find(key => body[key] === undefined)
  if (missing !== undefined) return missingProperty(missing)
  return (textOf(body, 'password') ?? 'long enough').length < 8 ? invalidValue('password') : null
}

/** Wire fields that a row shows as the create set them. */
const isKept = (key: string): boolean =>
  key === 'snapshots_allowed' || (Object.hasOwn(limitShape, key) && !['cpu_number', 'ram_mib', 'net_bandwidth_mbitps'].includes(key))

function newHost ({ platform, body }: Call, place: Placement, image: HostImage): HostRecord {
  const preset = rowOf(platform, 'preset', numberOf(body, 'preset') ?? null)
  const cpuNumber = numberOf(body, 'cpu_number') ?? Number(preset?.['cpu_number'])
  const ramMib = numberOf(body, 'ram_mib') ?? Number(preset?.['ram_mib'])
  const id = take(platform, 'host')
  const host: HostRecord = {
    ...blankHost(id),
    ...place,
    ...image,
    name: textOf(body, 'name') ?? '',
    domain: textOf(body, 'domain') ?? '',
    comment: textOf(body, 'comment') ?? '',
    cpuNumber,
    cpuNumberNew: cpuNumber,
    ramMib,
    ramMibNew: ramMib,
    bandwidthMbitps: numberOf(body, 'net_bandwidth_mbitps') ?? null,
    ip6: flagOf(body, 'ipv6_enabled') === true ? [`2001:db8:1::${id.toString(16)}`] : [],
    createDate: toStamp(platform.now()),
    password: textOf(body, 'password') ?? `SECRET-generated-${id}`,
    extra: Object.fromEntries(Object.entries(body).filter(([key]) => isKept(key)))
  }
  platform.hosts.set(id, host)
  for (const size of diskSizes(body, preset)) addDisk(platform, host, size)
  return host
}

function diskSizes (body: Json, preset: Row | undefined): DiskSize[] {
  const single = numberOf(body, 'hdd_mib')
  const listed = recordsOf(body, 'disks')
  const wanted = listed.length > 0 ? listed : single === undefined ? recordsOf(preset ?? {}, 'disks') : [{ size_mib: single }]
  return wanted.map((disk, index) => ({
    sizeMib: numberOf(disk, 'size_mib') ?? 10240,
    bootOrder: numberOf(disk, 'boot_order') ?? index + 1
  }))
}

/** The task rows of a create share one number; the twin row ends early, so only the name shows which of the two to wait for. */
function followed (call: Call, host: HostRecord): SimulatedReply {
  const { platform, body } = call
  const ms = platform.knobs.createMs
  const consulId = take(platform, 'consul')
  order(call, host, { name: 'ip_allocate', ms: ms / 2, consulId, beside: true })
  const apply = (at: number): void => { Object.assign(host, { state: 'active', activeSince: at }) }
  const fail = (): void => { host.state = 'stopped' }
  const task = order(call, host, { name: 'host_create', ms, consulId, beside: true, apply, fail })
  const recipe = numberOf(body, 'recipe') === undefined ? [] : [order(call, host, { name: 'host_run_recipe' }).consulId]
  return accepted(host.id, task, { recipe_task_list: recipe, recipe_task: recipe[0] ?? 0, spice_task: 0 })
}
