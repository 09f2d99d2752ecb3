import { addressesFrom, isIp4, toIp, toNumber } from '../kit/addresses.ts'
import { flagOf, numberOf, numbersOf, recordOf, textOf } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { accepted, changeHost, refuseSnapshots } from './actions.ts'
import {
  count, flag, get, idOf, invalidValue, listOf, natural, notFound, object, ok, onHost, owns, post, refuse, remove, text, type Call,
  type Route, type Run, type Shape
} from './call.ts'
import { list } from './lists.ts'
import {
  addressesOf, take, type AddressRecord, type HostRecord, type NetworkRecord, type Platform, type PoolRecord
} from './model.ts'
import { submit } from './tasks.ts'

const prefixOf = (network: NetworkRecord): number => Number(network.name.split('/')[1] ?? 32)

const networkOf = (platform: Platform, ip: string): NetworkRecord | undefined => platform.networks.find(network => {
  const first = toNumber(network.name.split('/')[0] ?? '')
  return toNumber(ip) >= first && toNumber(ip) < first + 2 ** (32 - prefixOf(network))
})

/** All addresses of a pool, in use or not. */
export const addressesIn = ({ first, last }: PoolRecord): string[] => addressesFrom(toNumber(first), toNumber(last))

const usedIps = (platform: Platform): Set<string> => new Set([...platform.addresses.values()].map(address => address.ip))

interface Free {
  readonly ip: string
  readonly poolId: number
}

/** Free addresses of these pools, or of the cluster's in their order; null when a pool is unknown or there are not enough. */
export function findFree (platform: Platform, count: number, wanted: readonly number[], clusterId: number): Free[] | null {
  const pools = wanted.length === 0
    ? platform.pools.filter(pool => pool.clusters.some(cluster => cluster.id === clusterId))
    : wanted.flatMap(id => platform.pools.find(pool => pool.id === id) ?? [])
  const used = usedIps(platform)
  const free = pools.flatMap(pool => addressesIn(pool).filter(ip => !used.has(ip)).map(ip => ({ ip, poolId: pool.id })))
  return pools.length < wanted.length || free.length < count ? null : free.slice(0, count)
}

/** The addresses that a body requests: a number of them, and perhaps one by its name. */
export function requestedAddresses ({ platform, body }: Call, clusterId: number): Free[] {
  const fixed = textOf(recordOf(body, 'ip_addr') ?? {}, 'name')
  const home = platform.pools.find(pool => addressesIn(pool).includes(fixed ?? ''))
  const counted = findFree(platform, numberOf(body, 'ipv4_number') ?? 0, numbersOf(body, 'ipv4_pool'), clusterId)
  const isTaken = fixed !== undefined && (!isIp4(fixed) || home === undefined || usedIps(platform).has(fixed))
  if (isTaken || counted === null) throw body['ip_addr'] === undefined ? refuse(400, 5040, 'No free IP addresses') : invalidValue('ip_addr')
  return fixed === undefined ? counted : [...counted, { ip: fixed, poolId: home?.id ?? 0 }]
}

export function assign (platform: Platform, host: HostRecord, { ip, poolId }: Free): void {
  const id = take(platform, 'address')
  platform.addresses.set(id, { id, ip, domain: host.domain, hostId: host.id, poolId, networkId: networkOf(platform, ip)?.id ?? 0 })
}

/** The list below a host names the interface, the list of all addresses the host. */
function addressRow (platform: Platform, address: AddressRecord, within: 'host' | 'all') {
  const network = platform.networks.find(({ id }) => id === address.networkId)
  const link = { id: address.hostId, name: platform.hosts.get(address.hostId)?.name, interface: 0 }
  return {
    ...{ id: address.id, ip_addr: address.ip, domain: address.domain, gateway: network?.gateway },
    mask: toIp(2 ** 32 - 2 ** (32 - (network === undefined ? 32 : prefixOf(network)))),
    ...{ state: 'used', family: 4, ippool: address.poolId, network: address.networkId, cluster_interface: 0 },
    ...(within === 'all' ? { ipnet_name: network?.name, host: link } : { host: { ...link, interface_name: 'eth0' }, vxlan: null })
  }
}

const hostAddresses = onHost((call, { id, state }) => list(call, addressesOf(call.platform, id)
  .filter(() => state !== 'creating')
  .map(address => addressRow(call.platform, address, 'host'))))

const isOwn = (call: Call, address: AddressRecord): boolean => owns(call, call.platform.hosts.get(address.hostId)?.accountId)

const listAddresses = (call: Call): SimulatedReply => list(call, [...call.platform.addresses.values()]
  .filter(address => isOwn(call, address))
  .map(address => addressRow(call.platform, address, 'all')))

/** `ipv4_number` is the number to add. The effect of a negative one is not documented: rejected here. */
const changeAddresses = changeHost((call, host) => {
  const { platform, body } = call
  refuseSnapshots(host)
  const wanted = requestedAddresses(call, host.clusterId)
  const apply = (): void => {
    for (const free of wanted.filter(({ ip }) => !usedIps(platform).has(ip))) assign(platform, host, free)
    if (flagOf(body, 'ipv6_enabled') === true) host.ip6 = [`2001:db8:1::${host.id.toString(16)}`]
  }
  return accepted(host.id, submit(platform, host, { name: 'ip_change', apply }))
})

const onAddress = (run: (call: Call, address: AddressRecord, host: HostRecord) => SimulatedReply): Run => call => {
  const address = call.platform.addresses.get(idOf(call))
  const host = call.platform.hosts.get(address?.hostId ?? -1)
  if (address === undefined || host === undefined || !isOwn(call, address)) throw notFound('ip')
  return run(call, address, host)
}

const removeAddress = onAddress(({ platform }, { id }, host) =>
  accepted(id, submit(platform, host, { name: 'ip_delete', apply: () => { platform.addresses.delete(id) } })))

const setPointer = onAddress((call, address) => {
  const domain = textOf(call.body, 'domain') ?? ''
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(domain)) throw invalidValue('domain')
  address.domain = domain
  return ok({ id: address.id })
})

const clearPointer = changeHost((call, host) => {
  const address = addressesOf(call.platform, host.id).find(({ ip }) => ip === call.params['name'])
  if (address === undefined) throw notFound('ip')
  address.domain = ''
  return ok({ id: address.id })
})

/** The members that a create and a change of a host's addresses share. */
export const addressShape: Shape = {
  ip_addr: object({ name: text }),
  ...{ ipv4_number: count, ipv4_pool: listOf(natural), ipv6_enabled: flag, ipv6_prefix: natural },
  vxlan: listOf(object({ id: natural, ipv4_number: count, ipnet: natural }))
}

const host = '/vm/v3/host/:id'

export const addressRoutes: readonly Route[] = [
  get(`${host}/ipv4`, hostAddresses),
  post(`${host}/ip`, changeAddresses, { body: addressShape }),
  get('/vm/v3/ip', listAddresses),
  remove('/vm/v3/ip/:id', removeAddress),
  post('/vm/v3/ip/:id/ptr', setPointer, { body: { domain: text }, required: ['domain'] }),
  remove(`${host}/ptr/:name`, clearPointer, { inferred: true })
]
