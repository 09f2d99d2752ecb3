import type { SimulatedReply } from '../simulator.ts'
import { addressesIn, isIp4, prefixOf, toNumber } from './allocation.ts'
import { listOf, natural, numberOf, object, recordsOf, text, textOf, whole } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, ok, post, remove } from './call.ts'
import { conflict, invalidValue, notFound } from './errors.ts'
import { list } from './lists.ts'
import type { Platform, PoolRecord, Row } from './model.ts'
import { rowOf, take } from './model.ts'

const usedIn = (platform: Platform, poolId: number): number =>
  [...platform.addresses.values()].filter(address => address.poolId === poolId).length

/** The counters were strings in 2022 and are numbers by family now. */
function poolRow (platform: Platform, pool: PoolRecord): Row {
  const total = addressesIn(platform, pool.id).length
  const used = usedIn(platform, pool.id)
  const base = { id: pool.id, name: pool.name, note: pool.note }
  const cluster = (id: number) => rowOf(platform, 'cluster', id)
  if (platform.knobs.poolShape === '2022') {
    const clusters = pool.clusters.map(({ id }) => ({ id, name: cluster(id)?.['name'], type: cluster(id)?.['virtualization_type'] }))
    return { ...base, total_ip: String(total), using_ip: String(used), clusters }
  }
  const clusters = pool.clusters.map(link => ({ ...link, name: cluster(link.id)?.['name'] }))
  return { ...base, ipv4: { total, used }, ipv6: null, min_ipv6_prefix: null, clusters }
}

const listPools = (call: Call): SimulatedReply =>
  list(call, [...call.platform.pools.values()].map(pool => poolRow(call.platform, pool)), { size: false })

const onPool = (run: (call: Call, pool: PoolRecord) => SimulatedReply) => (call: Call): SimulatedReply => {
  const pool = call.platform.pools.get(idOf(call))
  return pool === undefined ? notFound('ippool') : run(call, pool)
}

function createPool ({ platform, body }: Call): SimulatedReply {
  const id = take(platform, 'other')
  platform.pools.set(id, { id, name: textOf(body, 'name') ?? '', note: textOf(body, 'note') ?? '', clusters: [] })
  return ok({ id })
}

const addRange = onPool(({ platform, body }, pool) => {
  const [first = '', last = first] = (textOf(body, 'name') ?? '').split('-')
  if (!isIp4(first) || !isIp4(last) || toNumber(first) > toNumber(last) || toNumber(last) - toNumber(first) > 65535) return invalidValue('name')
  const id = take(platform, 'other')
  platform.ranges.set(id, { id, poolId: pool.id, first, last })
  return ok({ id })
})

const linkClusters = onPool((call, pool) => {
  const links = recordsOf(call.body, 'clusters')
    .map(link => ({ id: numberOf(link, 'id') ?? 0, interface: numberOf(link, 'interface') ?? 0 }))
  if (links.some(link => rowOf(call.platform, 'cluster', link.id) === undefined)) return invalidValue('clusters')
  pool.clusters = links
  return ok({ id: pool.id })
})

const removePool = onPool(({ platform }, pool) => {
  if (usedIn(platform, pool.id) > 0) return conflict('Pool is in use')
  platform.pools.delete(pool.id)
  return ok({ id: pool.id })
})

const listRanges = (call: Call): SimulatedReply => list(call, [...call.platform.ranges.values()]
  .map(range => ({ id: range.id, name: `${range.first}-${range.last}`, ippool: range.poolId })))

const listNetworks = (call: Call): SimulatedReply => list(call, [...call.platform.networks.values()].map(network => ({
  id: network.id,
  name: network.name,
  gateway: network.gateway,
  family: 4,
  note: network.note,
  size: String(2 ** (32 - prefixOf(network))),
  using_ip: String([...call.platform.addresses.values()].filter(address => address.networkId === network.id).length)
})), { size: false })

function createNetwork ({ platform, body }: Call): SimulatedReply {
  const name = textOf(body, 'name') ?? ''
  const [address = '', prefix = ''] = name.split('/')
  if (!isIp4(address) || !/^([1-9]|[12]\d|3[0-2])$/.test(prefix)) return invalidValue('name')
  const id = take(platform, 'other')
  platform.networks.set(id, { id, name, gateway: textOf(body, 'gateway') ?? '', note: textOf(body, 'note') ?? '' })
  return ok({ id })
}

const removeFrom = (name: 'ranges' | 'networks') => (call: Call): SimulatedReply =>
  call.platform[name].delete(idOf(call)) ? ok({ id: idOf(call) }) : notFound(name)

const listManaged = (call: Call): SimulatedReply => list(call, [...call.platform.addresses.values()]
  .map(({ id, ip, poolId, networkId, domain }) => ({ id, name: ip, ippool: poolId, ipnet: networkId, domain })))

const admin = { access: 'admin' } as const

export const poolRoutes: readonly Route[] = [
  get('/vm/v3/ippool', listPools),
  get('/vm/v3/range', listRanges, admin),
  get('/ip/v3/ippool', listPools, admin),
  get('/ip/v3/ippool/:id', onPool((_, { id, name, note }) => ok({ id, name, note })), admin),
  get('/ip/v3/ipnet', listNetworks, admin),
  get('/ip/v3/ip', listManaged, admin),
  post('/ip/v3/userspace/public/ippool', createPool, { ...admin, body: { name: text, note: text }, required: ['name'] }),
  post('/vm/v3/ippool/:id/range', addRange, { ...admin, body: { name: text }, required: ['name'] }),
  post('/vm/v3/ippool/:id/cluster', linkClusters, {
    ...admin,
    body: { clusters: listOf(object({ id: natural, interface: whole })) },
    required: ['clusters']
  }),
  post('/vm/v3/userspace/public/ipnet', createNetwork, {
    ...admin,
    body: { name: text, gateway: text, note: text },
    required: ['name', 'gateway']
  }),
  remove('/ip/v3/range/:id', removeFrom('ranges'), admin),
  remove('/ip/v3/ippool/:id', removePool, admin),
  remove('/ip/v3/ipnet/:id', removeFrom('networks'), admin)
]
