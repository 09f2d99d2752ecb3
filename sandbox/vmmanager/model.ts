import { createAgenda } from '../kit/agenda.ts'
import { empty, maybe, none, type Json } from '../kit/json.ts'
import type { VmmanagerBehavior } from './behavior.ts'

/** A catalog entry as it goes over the wire. */
export interface Row {
  id: number
  [key: string]: unknown
}

const noMembers: Json = {}

/** A host as its create begins; `state` is 'creating', 'active', 'stopped', 'crashed' or any other word. */
export const blankHost = (id: number) => ({
  ...{ id, name: '', state: 'creating', domain: '', comment: '', accountId: 0, clusterId: 1, nodeId: 1 },
  ...{ osId: none<number>(), osName: '', osGroup: '', cpuNumber: 1, cpuNumberNew: 1, ramMib: 1024, ramMibNew: 1024 },
  ...{ bandwidthMbitps: maybe(100), ip6: empty<string>(), createDate: none<string>(), password: '', snapshotCount: 0 },
  ...{ tags: empty<string>(), rescueMode: false, disabled: false, isoMounted: false, isProtected: false },
  /** When the guest was last started; null while it is off. */
  activeSince: none<number>(),
  /** Further wire members that are only stored. */
  extra: noMembers
})

export type HostRecord = ReturnType<typeof blankHost>

interface DiskRecord {
  readonly id: number
  readonly hostId: number
  sizeMib: number
  sizeMibNew: number
  bootOrder: number
}

export interface AddressRecord extends Readonly<Record<'id' | 'hostId' | 'poolId' | 'networkId', number>> {
  readonly ip: string
  domain: string
}

export interface TaskRecord {
  readonly id: number
  /** What an action's answer calls `task`; several rows may share it. */
  readonly consulId: number
  readonly name: string
  readonly hostId: number
  readonly accountId: number
  readonly createdAt: number
  /** Both null while the task waits for its `deferReason`. */
  startAt: number | null
  endAt: number | null
  readonly deferReason: string | null
  fails: boolean
  settled: boolean
  readonly apply: (at: number) => void
  readonly fail: (at: number) => void
}

export interface UserRecord extends Readonly<Record<'email' | 'password' | 'role' | 'state', string>> {
  readonly id: number
}

const pools = [
  { id: 5, name: 'pool-1', note: '', first: '192.0.2.10', last: '192.0.2.73', clusters: [{ id: 1, interface: 0 }] },
  { id: 6, name: 'pool-2', note: '', first: '203.0.113.10', last: '203.0.113.250', clusters: [1, 2].map(id => ({ id, interface: 0 })) }
]

export type PoolRecord = typeof pools[number]

const networks = [
  { id: 7, name: '192.0.2.0/24', gateway: '192.0.2.1' },
  { id: 8, name: '203.0.113.0/24', gateway: '203.0.113.1' }
]

export type NetworkRecord = typeof networks[number]

/** The state of the simulated platform. */
export const createPlatform = (
  behavior: VmmanagerBehavior, clock: () => number, users: readonly UserRecord[], catalog: ReadonlyMap<string, readonly Row[]>
) => ({
  ...createAgenda(clock),
  ...{ behavior, pools, networks },
  hosts: new Map<number, HostRecord>(),
  disks: new Map<number, DiskRecord>(),
  addresses: new Map<number, AddressRecord>(),
  tasks: new Map<number, TaskRecord>(),
  users: new Map(users.map(user => [user.id, user])),
  /** A sliding token has no end. */
  tokens: new Map<string, { readonly userId: number, readonly expiresAt: number | null, usedAt: number }>(),
  keys: new Map<string, { readonly userId: number, readonly expiresAt: number }>(),
  /** Lists by the name in the path: os, preset, cluster, node, image… */
  catalog,
  counters: { host: 40, disk: 100, address: 500, task: 769, consul: 1341774669, token: 1995, notify: 123456 },
  ...{ created: 0, logins: 0, keyLogins: 0 }
})

export type Platform = ReturnType<typeof createPlatform>

export const take = (platform: Platform, counter: keyof Platform['counters']): number => {
  platform.counters[counter] += 1
  return platform.counters[counter]
}

export const rowsOf = (platform: Platform, list: string): readonly Row[] => platform.catalog.get(list) ?? []

export const rowOf = (platform: Platform, list: string, id: number | null): Row | undefined =>
  rowsOf(platform, list).find(row => row.id === id)

export function addDisk (platform: Platform, { id: hostId }: HostRecord, sizeMib: number, bootOrder = 1): void {
  const id = take(platform, 'disk')
  platform.disks.set(id, { id, hostId, sizeMib, sizeMibNew: sizeMib, bootOrder })
}

export const disksOf = (platform: Platform, hostId: number): DiskRecord[] =>
  [...platform.disks.values()].filter(disk => disk.hostId === hostId).sort((a, b) => a.bootOrder - b.bootOrder)

export const addressesOf = (platform: Platform, hostId: number): AddressRecord[] =>
  [...platform.addresses.values()].filter(address => address.hostId === hostId)

/** A time as the platform writes it, without a zone; here it is UTC. */
export const toStamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
