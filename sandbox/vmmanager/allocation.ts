import { addressesFrom, isIp4, toNumber } from '../kit/addresses.ts'
import { numberOf, numbersOf, recordOf, textOf, type Json } from '../kit/json.ts'
import { take, type HostRecord, type NetworkRecord, type Platform } from './model.ts'

export const prefixOf = (network: NetworkRecord): number => Number(network.name.split('/')[1] ?? 32)

const networkOf = (platform: Platform, ip: string): NetworkRecord | undefined => platform.networks.find(network => {
  const first = toNumber(network.name.split('/')[0] ?? '')
  return toNumber(ip) >= first && toNumber(ip) < first + 2 ** (32 - prefixOf(network))
})

/** All addresses of a pool, in use or not. */
const addressesIn = (platform: Platform, poolId: number): string[] =>
  platform.pools.filter(({ id }) => id === poolId).flatMap(({ first, last }) => addressesFrom(toNumber(first), toNumber(last)))

export const usedIps = (platform: Platform): Set<string> => new Set([...platform.addresses.values()].map(address => address.ip))

export interface Free {
  readonly ip: string
  readonly poolId: number
}

export interface Wish {
  readonly count: number
  /** Empty: the cluster's pool with the smallest id, then the next one. */
  readonly pools: readonly number[]
  readonly clusterId: number
}

/** Free addresses for a wish; null when a pool is unknown or there are not enough. */
export function findFree (platform: Platform, { count, pools, clusterId }: Wish): Free[] | null {
  if (pools.some(id => platform.pools.every(pool => pool.id !== id))) return null
  const own = platform.pools.filter(pool => pool.clusters.some(cluster => cluster.id === clusterId)).map(pool => pool.id)
  const used = usedIps(platform)
  const free = (pools.length > 0 ? pools : own).flatMap(poolId => addressesIn(platform, poolId)
    .filter(ip => !used.has(ip))
    .map(ip => ({ ip, poolId })))
  return free.length < count ? null : free.slice(0, count)
}

/** The addresses that a body asks for: a number of them, and perhaps one by its name. Null if they are not available. */
export function wishedAddresses (platform: Platform, body: Json, clusterId: number): Free[] | null {
  const fixed = textOf(recordOf(body, 'ip_addr') ?? {}, 'name')
  const home = platform.pools.find(({ id }) => addressesIn(platform, id).includes(fixed ?? ''))
  if (fixed !== undefined && (!isIp4(fixed) || home === undefined || usedIps(platform).has(fixed))) return null
  const counted = findFree(platform, { count: numberOf(body, 'ipv4_number') ?? 0, pools: numbersOf(body, 'ipv4_pool'), clusterId })
  if (counted === null || fixed === undefined) return counted
  return [...counted, { ip: fixed, poolId: numberOf(recordOf(body, 'ip_addr') ?? {}, 'ip_pool') ?? home?.id ?? 0 }]
}

export function assign (platform: Platform, host: HostRecord, { ip, poolId }: Free): void {
  const id = take(platform, 'address')
  platform.addresses.set(id, { id, ip, domain: host.domain, hostId: host.id, poolId, networkId: networkOf(platform, ip)?.id ?? 0 })
}
