import type { SimulatedReply } from '../simulator.ts'
import { accepted, eraseHost, order } from './actions.ts'
import { assign, findFree, isIp4, usedIps } from './allocation.ts'
import type { Json } from './body.ts'
import { flagOf, numberOf, numbersOf, recordOf, recordsOf, textOf } from './body.ts'
import type { Call } from './call.ts'
import { isAdmin } from './call.ts'
import { closed, invalidValue, refuse } from './errors.ts'
import { imageRefusal } from './images.ts'
import type { HostRecord } from './model.ts'
import { rowOf, rowsOf, take } from './model.ts'
import { newHost } from './new-host.ts'

/** Every accepted create makes a host of its own; nothing here is idempotent. */
export function createHost (call: Call): SimulatedReply {
  const { platform, body } = call
  const place = placeOf(call)
  if (place === null) return invalidValue('cluster')
  const accountId = numberOf(body, 'account') ?? call.user.id
  if (!isAdmin(call.user) && accountId !== call.user.id) return closed()
  const choice = imageRefusal(call, body, place.clusterId)
  if (choice.reply !== null) return choice.reply
  const refusal = bodyRefusal(call, accountId)
  if (refusal !== null) return refusal
  const addresses = wishedAddresses(call, place.clusterId)
  if (addresses === null) return refuse(400, 5040, 'No free IP addresses')
  const host = newHost(call, { ...place, accountId, image: choice.image })
  for (const { ip, poolId } of addresses) assign(platform, host, ip, poolId)
  platform.counts.created += 1
  return followed(call, host)
}

function placeOf ({ platform, body }: Call): { clusterId: number, nodeId: number } | null {
  const clusterId = numberOf(body, 'cluster') ?? rowsOf(platform, 'cluster')[0]?.id ?? -1
  const nodes = rowsOf(platform, 'node').filter(node => node['clusterId'] === clusterId)
  const wished = numberOf(body, 'node')
  const node = wished === undefined ? nodes[0] : nodes.find(candidate => candidate.id === wished)
  return node === undefined ? null : { clusterId, nodeId: node.id }
}

function bodyRefusal ({ platform, body }: Call, accountId: number): SimulatedReply | null {
  const preset = numberOf(body, 'preset')
  if (!platform.users.has(accountId)) return invalidValue('account')
  if ((textOf(body, 'name') ?? '').trim() === '') return invalidValue('name')
  const domain = textOf(body, 'domain') ?? ''
  if (domain !== domain.toLowerCase() || /\s/.test(domain)) return invalidValue('domain')
  if (preset !== undefined && rowOf(platform, 'preset', preset) === undefined) return invalidValue('preset')
  const sizes = ['cpu_number', 'ram_mib'].find(key => preset === undefined && body[key] === undefined)
  const disk = preset === undefined && body['hdd_mib'] === undefined && recordsOf(body, 'disks').length === 0 ? 'hdd_mib' : undefined
  const missing = sizes ?? disk ?? (body['os'] !== undefined && body['password'] === undefined ? 'password' : undefined)
  if (missing !== undefined) return refuse(400, 1007, 'Missing property', { name: missing })
  const password = textOf(body, 'password')
  return password !== undefined && password.length < platform.knobs.minimumPassword ? invalidValue('password') : null
}

/** The addresses that the body asks for in one of three ways; null when they can't be had. */
function wishedAddresses (call: Call, clusterId: number): Array<{ ip: string, poolId: number }> | null {
  const { platform, body } = call
  const custom = recordsOf(body, 'custom_interfaces')
  const fixed = [recordOf(body, 'ip_addr') ?? {}]
    .map(entry => ({ ip: textOf(entry, 'name'), poolId: numberOf(entry, 'ip_pool') }))
    .concat(custom.map(entry => ({ ip: textOf(entry, 'ip_name'), poolId: numberOf(entry, 'ippool') })))
  const named = fixed.flatMap(({ ip, poolId }) => ip === undefined ? [] : [{ ip, poolId: poolId ?? firstPool(call) }])
  const used = usedIps(platform)
  if (named.some(({ ip }) => !isIp4(ip) || used.has(ip))) return null
  if (custom.some(entry => entry['ip_name'] !== undefined && entry['ippool'] !== undefined)) return null
  const counted = findFree(platform, { count: countOf(body), pools: numbersOf(body, 'ipv4_pool'), clusterId })
  const pooled = custom.map(pooledWish).filter(wish => wish !== null)
    .map(wish => findFree(platform, { ...wish, clusterId }))
  if (counted === null || pooled.includes(null)) return null
  return [...named, ...counted, ...pooled.flatMap(found => found ?? [])]
}

const countOf = (body: Json): number => numberOf(body, 'ipv4_number') ?? 0

const firstPool = (call: Call): number => [...call.platform.pools.keys()][0] ?? 0

const pooledWish = (entry: Json): { count: number, pools: number[] } | null => {
  const pool = numberOf(entry, 'ippool')
  return pool === undefined || flagOf(entry, 'no_ip') === true ? null : { count: numberOf(entry, 'ip_count') ?? 1, pools: [pool] }
}

/** The task rows of a create: the twin row ends early, so only the name tells which of the two to wait for. */
function followed (call: Call, host: HostRecord): SimulatedReply {
  const { platform, body } = call
  const ms = platform.knobs.createMs
  const consulId = take(platform, 'consul')
  if (platform.knobs.twinTaskRow) order(call, host, { name: 'ip_allocate', ms: ms / 2, consulId, beside: true })
  const apply = (at: number): void => {
    host.state = 'active'
    host.activeSince = at
  }
  const fail = (at: number): void => {
    host.state = 'stopped'
    if (platform.knobs.afterFailedCreate === 'removed') eraseHost(platform, host, at)
  }
  const task = order(call, host, { name: 'host_create', ms, consulId, beside: true, apply, fail })
  const recipes = [...singleRecipe(body), ...recordsOf(body, 'recipe_list').flatMap(entry => numberOf(entry, 'recipe') ?? [])]
    .map(() => order(call, host, { name: 'host_run_recipe' }).consulId)
  return accepted(host.id, task, { recipe_task_list: recipes, recipe_task: recipes[0] ?? 0, spice_task: 0 })
}

const singleRecipe = (body: Json): number[] => {
  const recipe = numberOf(body, 'recipe')
  return recipe === undefined ? [] : [recipe]
}
