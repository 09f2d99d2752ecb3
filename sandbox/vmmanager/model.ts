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

const pools: readonly PoolRecord[] = [
  { id: 5, name: 'pool-1', note: '', first: '192.0.2.10', last: '192.0.2.73', clusters: [{ id: 1, interface: 0 }] },
  { id: 6, name: 'pool-2', note: '', first: '203.0.113.10', last: '203.0.113.250', clusters: [1, 2].map(id => ({ id, interface: 0 })) }
]

const networks: readonly NetworkRecord[] = [
  { id: 7, name: '192.0.2.0/24', gateway: '192.0.2.1' },
  { id: 8, name: '203.0.113.0/24', gateway: '203.0.113.1' }
]

/** The state of the simulated platform. */
export const createPlatform = (knobs: VmmanagerKnobs, now: () => number, users: readonly UserRecord[], catalogue: Map<string, Row[]>) => ({
  knobs,
  now,
  hosts: new Map<number, HostRecord>(),
  disks: new Map<number, DiskRecord>(),
  addresses: new Map<number, AddressRecord>(),
  pools,
  networks,
  tasks: new Map<number, TaskRecord>(),
  users: new Map(users.map(user => [user.id, user])),
  tokens: new Map<string, TokenRecord>(),
  keys: new Map<string, KeyRecord>(),
  /** Lists by the name in the path: os, preset, cluster, node, image… */
  catalogue,
  counters: { host: 40, disk: 100, address: 500, task: 769, consul: 1341774669, token: 1995, notify: 123456 },
  counts: { created: 0, logins: 0, keyLogins: 0 }
})

export type Platform = ReturnType<typeof createPlatform>

export const take = (platform: Platform, counter: keyof Platform['counters']): number => {
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
