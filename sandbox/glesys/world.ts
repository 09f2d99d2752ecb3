import type { GlesysKnobs } from './knobs.ts'

export type Platform = 'KVM' | 'VMware'
export type YesNo = 'yes' | 'no'

export interface InitialTemplate {
  readonly id: string
  readonly name: string
  readonly currenttags: readonly string[]
}

export interface Disk {
  readonly id: string
  name: string
  sizeingib: number
  readonly scsiid: number
  readonly type: string
}

export interface BackupSchedule {
  readonly frequency: string
  readonly numberofimagestokeep: number
}

/** Work that becomes visible at a moment; it is done by the first request after that. */
export interface Step {
  readonly at: number
  readonly apply: () => void
}

export interface GlesysServer {
  readonly serverid: string
  readonly projectkey: string
  readonly platform: Platform
  readonly datacenter: string
  hostname: string
  description: string
  cpucores: number
  memorysize: number
  disksize: number
  bandwidth: number
  transfer: number
  templatename: string
  initialtemplate: InitialTemplate | null
  /** `2020` is a body of before December 2020: no initialtemplate, no additionaldisks. */
  readonly shape: 'modern' | '2020'
  additionaldisks: Disk[]
  isofile: string | null
  managedhosting: YesNo
  supportedfeatures: Record<string, YesNo>
  backupEnabled: YesNo
  backupSchedules: BackupSchedule[]
  discount: number
  power: 'running' | 'stopped'
  /** Epoch milliseconds; Infinity never unlocks. */
  lockedUntil: number
  steps: Step[]
}

export interface Address {
  readonly ipaddress: string
  readonly ipversion: 4 | 6
  readonly datacenter: string
  readonly platform: Platform
  project: string
  serverid: string | null
  ptr: string
}

export interface NetworkAdapter {
  readonly networkadapterid: string
  readonly serverid: string
  readonly isprimary: boolean
  readonly macaddress: string
  adaptertype: string
  bandwidth: number
  name: string
  networkid: string
  lockedUntil: number
}

export interface Network {
  readonly networkid: string
  readonly datacenter: string
  readonly public: YesNo
  /** Null is everybody's. */
  readonly project: string | null
  description: string
}

export interface SshKey { readonly id: number, readonly account: string, readonly description: string, readonly data: string }

export interface Backup { readonly id: string, readonly serverid: string, readonly project: string, readonly created: number }

export interface ApiKey {
  readonly project: string
  readonly key: string
  /** Modules (`server`) or functions (`server/list`). */
  permissions: 'all' | readonly string[]
  /** False: the caller's address is not on the key's list. */
  hostAllowed: boolean
}

export interface User {
  readonly username: string
  readonly password: string
  readonly accounts: ReadonlyArray<{ account: string, description: string | null, roles: readonly string[] }>
  readonly customers: ReadonlyArray<{ customernumber: string, description: string | null, roles: readonly string[] }>
}

export interface Session { readonly username: string, lastUsedAt: number }

export interface World {
  readonly knobs: GlesysKnobs
  readonly clock: () => number
  readonly servers: Map<string, GlesysServer>
  readonly addresses: Map<string, Address>
  readonly adapters: Map<string, NetworkAdapter>
  readonly networks: Map<string, Network>
  readonly sshKeys: Map<number, SshKey>
  readonly backups: Map<string, Backup>
  readonly apiKeys: Map<string, ApiKey>
  readonly users: Map<string, User>
  readonly sessions: Map<string, Session>
  readonly statusCache: Map<string, { readonly at: number, readonly body: Readonly<Record<string, unknown>> }>
  /** How often server/details was asked per server; shows an N+1. */
  readonly detailsCalls: Map<string, number>
  /** How often each function was called, by `module/function`. */
  readonly functionCalls: Map<string, number>
  created: number
  logins: number
  lastNumber: number
}

export const createWorld = (knobs: GlesysKnobs, clock: () => number): World => ({
  knobs,
  clock,
  servers: new Map(),
  addresses: new Map(),
  adapters: new Map(),
  networks: new Map(),
  sshKeys: new Map(),
  backups: new Map(),
  apiKeys: new Map(),
  users: new Map(),
  sessions: new Map(),
  statusCache: new Map(),
  detailsCalls: new Map(),
  functionCalls: new Map(),
  created: 0,
  logins: 0,
  lastNumber: 200_000
})

export function nextNumber (world: World): number {
  world.lastNumber += 1
  return world.lastNumber
}

export const nextUuid = (world: World): string => uuidOf(nextNumber(world))

export const uuidOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
