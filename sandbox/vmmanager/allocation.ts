import { addressesFrom, isIp4, toNumber } from '../kit/addresses.ts'
import { numberOf, numbersOf, recordOf, textOf, type Json } from '../kit/json.ts'
import { take, type HostRecord, type NetworkRecord, type Platform, type PoolRecord } from './model.ts'

export const prefixOf = (network: NetworkRecord): number => Number(network.name.split('/')[1] ?? 32)

const networkOf = (platform: Platform, ip: string): NetworkRecord | undefined => platform.networks.find(network => {
  const first = toNumber(network.name.split('/')[0] ?? '')
  return toNumber(ip) >= first && toNumber(ip) < first + 2 ** (32 - prefixOf(network))
})

/** All addresses of a pool, in use or not. */
export const addressesIn = ({ first, last }: PoolRecord): string[] => addressesFrom(toNumber(first), toNumber(last))

export const usedIps = (platform: Platform): Set<string> => new Set([...platform.addresses.values()].map(address => address.ip))

export interface Free {
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

/** The addresses that a body asks for: a number of them, and perhaps one by its name. Null if they are not available. */
export function wishedAddresses (platform: Platform, body: Json, clusterId: number): Free[] | null {
  const fixed = textOf(recordOf(body, 'ip_addr') ?? {}, 'name')
  const home = platform.pools.find(pool => addressesIn(pool).includes(fixed ?? ''))
  if (fixed !== undefined && (!isIp4(fixed) || home === undefined || usedIps(platform).has(fixed))) return null
  const counted = findFree(platform, numberOf(body, 'ipv4_number') ?? 0, numbersOf(body, 'ipv4_pool'), clusterId)
  return counted === null || fixed === undefined ? counted : [...counted, { ip: fixed, poolId: home?.id ?? 0 }]
}

export function assign (platform: Platform, host: HostRecord, { ip, poolId }: Free): void {
  const id = take(platform, 'address')
  platform.addresses.set(id, { id, ip, domain: host.domain, hostId: host.id, poolId, networkId: networkOf(platform, ip)?.id ?? 0 })
}
