import type { VmmanagerKnobs } from './knobs.ts'

/** A catalogue entry as it goes over the wire. */
export interface Row {
  id: number
  [key: string]: unknown
}

export interface HostRecord {
  readonly id: number
  name: string
  /** 'creating', 'active', 'stopped', 'crashed' or any other word. */
  state: string
  domain: string
  comment: string
  accountId: number
  clusterId: number
  nodeId: number
  osId: number | null
  osName: string
  osGroup: string
  cpuNumber: number
  cpuNumberNew: number
  ramMib: number
  ramMibNew: number
  bandwidthMbitps: number | null
  ip6: string[]
  /** When the guest was last started; null while it is off. */
  activeSince: number | null
  createDate: string | null
  password: string
  snapshotCount: number
  tags: string[]
  rescueMode: boolean
  disabled: boolean
  isoMounted: boolean
  isProtected: boolean
  /** Further wire fields that the platform only keeps (limits, weights, firewall rules). */
  extra: Record<string, unknown>
}

export interface DiskRecord {
  readonly id: number
  readonly hostId: number
  sizeMib: number
  sizeMibNew: number
  bootOrder: number
}

export interface AddressRecord {
  readonly id: number
  ip: string
  domain: string
  hostId: number
  poolId: number
  networkId: number
}

export interface PoolRecord {
  readonly id: number
  readonly name: string
  readonly note: string
  readonly first: string
  readonly last: string
  readonly clusters: ReadonlyArray<{ readonly id: number, readonly interface: number }>
}

export interface NetworkRecord {
  readonly id: number
  readonly name: string
  readonly gateway: string
}

export interface TaskRecord {
  readonly id: number
  /** What an action's answer calls `task`; several rows may share it. */
  readonly consulId: number
  readonly name: string
  readonly hostId: number | null
  readonly accountId: number
  readonly createdAt: number
  /** Both null while the task waits for its `deferReason`. */
  startAt: number | null
  endAt: number | null
  deferReason: string | null
  fails: boolean
  settled: boolean
  readonly apply: (at: number) => void
  readonly fail: (at: number) => void
}

export interface UserRecord {
  readonly id: number
  readonly email: string
  readonly password: string
  readonly role: string
  readonly state: string
}

export interface TokenRecord {
  readonly userId: number
  /** Null for a sliding token. */
  readonly expiresAt: number | null
  usedAt: number
}

export interface KeyRecord {
  readonly userId: number
  readonly expiresAt: number
}

export type Counter = 'host' | 'disk' | 'address' | 'task' | 'consul' | 'token' | 'notify'

/** The whole simulated platform: everything that a request may read or change. */
export interface Platform {
  readonly knobs: VmmanagerKnobs
  readonly now: () => number
  readonly hosts: Map<number, HostRecord>
  readonly disks: Map<number, DiskRecord>
  readonly addresses: Map<number, AddressRecord>
  readonly pools: readonly PoolRecord[]
  readonly networks: readonly NetworkRecord[]
  readonly tasks: Map<number, TaskRecord>
  readonly users: Map<number, UserRecord>
  readonly tokens: Map<string, TokenRecord>
  readonly keys: Map<string, KeyRecord>
  /** Catalogue lists by the name in the path: os, preset, cluster, node, image… */
  readonly catalogue: Map<string, Row[]>
  readonly counters: Record<Counter, number>
  readonly counts: { created: number, logins: number, keyLogins: number }
}

export const take = (platform: Platform, counter: Counter): number => {
  platform.counters[counter] += 1
  return platform.counters[counter]
}

export const rowsOf = (platform: Platform, list: string): Row[] => platform.catalogue.get(list) ?? []

export const rowOf = (platform: Platform, list: string, id: number | null): Row | undefined =>
  rowsOf(platform, list).find(row => row.id === id)

export const disksOf = (platform: Platform, hostId: number): DiskRecord[] =>
  [...platform.disks.values()].filter(disk => disk.hostId === hostId).sort((a, b) => a.bootOrder - b.bootOrder)

export const addressesOf = (platform: Platform, hostId: number): AddressRecord[] =>
  [...platform.addresses.values()].filter(address => address.hostId === hostId)

/** The platform's way to write a moment; no zone is given, here it is UTC. */
export const toStamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
