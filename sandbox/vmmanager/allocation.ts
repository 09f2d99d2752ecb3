import type { AddressRecord, HostRecord, NetworkRecord, Platform } from './model.ts'
import { take } from './model.ts'

export const toNumber = (ip: string): number =>
  ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

export const toIp = (value: number): string =>
  [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.')

export const isIp4 = (ip: string): boolean => {
  const parts = ip.split('.')
  return parts.length === 4 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

export const prefixOf = (network: NetworkRecord): number => Number(network.name.split('/')[1] ?? 32)

export const maskOf = (prefix: number): string => toIp(2 ** 32 - 2 ** (32 - prefix))

export const networkOf = (platform: Platform, ip: string): NetworkRecord | undefined =>
  [...platform.networks.values()].find(network => {
    const first = toNumber(network.name.split('/')[0] ?? '')
    const value = toNumber(ip)
    return isIp4(ip) && value >= first && value < first + 2 ** (32 - prefixOf(network))
  })

/** All addresses of a pool's ranges, in use or not. */
export function addressesIn (platform: Platform, poolId: number): string[] {
  return [...platform.ranges.values()].filter(range => range.poolId === poolId).flatMap(range => {
    const first = toNumber(range.first)
    return Array.from({ length: toNumber(range.last) - first + 1 }, (_, index) => toIp(first + index))
  })
}

export const usedIps = (platform: Platform): Set<string> =>
  new Set([...platform.addresses.values()].map(address => address.ip))

export interface Wish {
  readonly count: number
  /** Empty: the cluster's pool with the smallest id, then the next one. */
  readonly pools: readonly number[]
  readonly clusterId: number
}

/** Free addresses for a wish; null when a pool is unknown or there are not enough. */
export function findFree (platform: Platform, { count, pools, clusterId }: Wish): Array<{ ip: string, poolId: number }> | null {
  if (pools.some(id => !platform.pools.has(id))) return null
  const own = [...platform.pools.values()].filter(pool => pool.clusters.some(cluster => cluster.id === clusterId))
  const candidates = pools.length > 0 ? pools : own.map(pool => pool.id).sort((a, b) => a - b)
  const used = usedIps(platform)
  const free = candidates.flatMap(poolId => addressesIn(platform, poolId)
    .filter(ip => !used.has(ip))
    .map(ip => ({ ip, poolId })))
  return free.length < count ? null : free.slice(0, count)
}

export function assign (platform: Platform, host: HostRecord, ip: string, poolId: number): AddressRecord {
  const address: AddressRecord = {
    id: take(platform, 'address'),
    ip,
    domain: host.domain,
    hostId: host.id,
    poolId,
    networkId: networkOf(platform, ip)?.id ?? 0
  }
  platform.addresses.set(address.id, address)
  return address
}
