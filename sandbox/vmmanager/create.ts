import { flagOf, numberOf, recordsOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { accepted, checkPassword, imageChoice, otherTasks, type HostImage } from './actions.ts'
import { addressShape, assign, requestedAddresses } from './addresses.ts'
import { forbidden, count, invalidValue, isAdmin, listOf, missingProperty, natural, object, text, type Call, type Shape } from './call.ts'
import { addDisk, blankHost, rowOf, rowsOf, take, toStamp, type HostRecord, type Row } from './model.ts'
import { submit } from './tasks.ts'

export const createBody: Shape = {
  ...addressShape,
  ...{ name: text, domain: text, password: text, comment: text },
  ...{ cluster: natural, node: natural, storage: natural, account: natural, preset: natural, os: natural, image: natural, recipe: natural },
  ...{ cpu_number: natural, ram_mib: natural, hdd_mib: natural, net_in_mbitps: count, net_out_mbitps: count },
  disks: listOf(object({ size_mib: natural, boot_order: natural, tags: listOf(count) }))
}

type Placement = Readonly<Record<'clusterId' | 'nodeId' | 'accountId', number>>

/** Every accepted create makes another host; nothing here is idempotent. */
export function createHost (call: Call): SimulatedReply {
  const { platform, user } = call
  const place = placeOf(call)
  if (!isAdmin(user) && place.accountId !== user.id) throw forbidden()
  const image = imageChoice(call, place.clusterId)
  checkMembers(call, place.accountId)
  const addresses = requestedAddresses(call, place.clusterId)
  const host = newHost(call, place, image)
  for (const free of addresses) assign(platform, host, free)
  platform.created += 1
  return followed(call, host)
}

function placeOf ({ platform, body, user }: Call): Placement {
  const clusterId = numberOf(body, 'cluster') ?? rowsOf(platform, 'cluster')[0]?.id ?? -1
  const requested = numberOf(body, 'node')
  const node = rowsOf(platform, 'node').find(row => row['clusterId'] === clusterId && (requested ?? row.id) === row.id)
  if (node === undefined) throw invalidValue('cluster')
  return { clusterId, nodeId: node.id, accountId: numberOf(body, 'account') ?? user.id }
}

function checkMembers (call: Call, accountId: number): void {
  const { platform, body } = call
  const preset = numberOf(body, 'preset')
  if (!platform.users.has(accountId)) throw invalidValue('account')
  if ((textOf(body, 'name') ?? '').trim() === '') throw invalidValue('name')
  const domain = textOf(body, 'domain') ?? ''
  if (domain !== domain.toLowerCase() || /\s/.test(domain)) throw invalidValue('domain')
  if (preset !== undefined && rowOf(platform, 'preset', preset) === undefined) throw invalidValue('preset')
  const sizes = ['cpu_number', 'ram_mib', ...body['disks'] === undefined ? ['hdd_mib'] : []]
  const needed = [...preset === undefined ? sizes : [], ...body['os'] === undefined ? [] : ['password']]
  const missing = needed.find(key => body[key] === undefined)
  if (missing !== undefined) throw missingProperty(missing)
  checkPassword(call)
}

/** Wire fields that a row shows as the create set them. */
const kept = ['net_in_mbitps', 'net_out_mbitps']

function newHost ({ platform, body }: Call, place: Placement, image: HostImage): HostRecord {
  const preset = rowOf(platform, 'preset', numberOf(body, 'preset') ?? null)
  const cpuNumber = numberOf(body, 'cpu_number') ?? Number(preset?.['cpu_number'])
  const ramMib = numberOf(body, 'ram_mib') ?? Number(preset?.['ram_mib'])
  const id = take(platform, 'host')
  const host: HostRecord = {
    ...{ ...blankHost(id), ...place, ...image, cpuNumber, cpuNumberNew: cpuNumber, ramMib, ramMibNew: ramMib, bandwidthMbitps: null },
    ...{ name: textOf(body, 'name') ?? '', domain: textOf(body, 'domain') ?? '', comment: textOf(body, 'comment') ?? '' },
    ip6: flagOf(body, 'ipv6_enabled') === true ? [`2001:db8:1::${id.toString(16)}`] : [],
    ...{ createDate: toStamp(platform.now()), password: textOf(body, 'password') ?? `SECRET-generated-${id}` },
    extra: Object.fromEntries(Object.entries(body).filter(([key]) => kept.includes(key)))
  }
  platform.hosts.set(id, host)
  diskSizes(body, preset).forEach((disk, index) => {
    addDisk(platform, host, numberOf(disk, 'size_mib') ?? 10240, numberOf(disk, 'boot_order') ?? index + 1)
  })
  return host
}

function diskSizes (body: Json, preset: Row | undefined): Json[] {
  const single = numberOf(body, 'hdd_mib')
  const listed = recordsOf(body, 'disks')
  return listed.length > 0 ? listed : single === undefined ? recordsOf(preset ?? {}, 'disks') : [{ size_mib: single }]
}

/** The task rows of a create share one number; the twin row ends early, so only the name shows which of the two to wait for. */
function followed ({ platform, body }: Call, host: HostRecord): SimulatedReply {
  const ms = platform.behavior.createMs
  const consulId = take(platform, 'consul')
  submit(platform, host, { name: 'ip_allocate', ms: ms / 2, consulId, beside: true })
  const apply = (at: number): void => { Object.assign(host, { state: 'active', activeSince: at }) }
  const fail = (): void => { host.state = 'stopped' }
  const task = submit(platform, host, { name: 'host_create', ms, consulId, beside: true, apply, fail })
  const recipes = numberOf(body, 'recipe') === undefined ? [] : [submit(platform, host, { name: 'host_run_recipe' }).consulId]
  return accepted(host.id, task, otherTasks(recipes))
}
