import { createAgenda } from '../kit/agenda.ts'
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
  readonly name: string
  readonly sizeingib: number
  readonly scsiid: number
  readonly type: string
}

export interface BackupSchedule {
  readonly frequency: string
  readonly numberofimagestokeep: number
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
  readonly transfer: number
  readonly templatename: string
  readonly initialtemplate: InitialTemplate | null
  /** `2020` is a body of before December 2020: no initialtemplate, no additionaldisks. */
  readonly shape: 'modern' | '2020'
  readonly additionaldisks: readonly Disk[]
  readonly isofile: string | null
  readonly managedhosting: YesNo
  supportedfeatures: Record<string, YesNo>
  readonly backupSchedules: readonly BackupSchedule[]
  readonly discount: number
  power: 'running' | 'stopped'
  /** Epoch milliseconds; Infinity never unlocks. */
  lockedUntil: number
}

export interface Pool {
  readonly ipversion: 4 | 6
  readonly datacenter: string
  readonly platform: Platform
}

export interface Address extends Pool {
  readonly ipaddress: string
  readonly project: string
  serverid: string | null
  ptr: string
}

export interface Network {
  readonly networkid: string
  readonly datacenter: string
  readonly public: YesNo
  /** Null is open to every project. */
  readonly project: string | null
  readonly description: string
}

export interface SshKey { readonly id: number, readonly account: string, readonly description: string, readonly data: string }

export interface ApiKey {
  readonly project: string
  /** Modules (`server`) or functions (`server/list`). */
  readonly permissions: 'all' | readonly string[]
}

export const createWorld = (knobs: GlesysKnobs, clock: () => number) => ({
  ...createAgenda(clock),
  knobs,
  servers: new Map<string, GlesysServer>(),
  addresses: new Map<string, Address>(),
  /** When each temporary key was used last. */
  sessions: new Map<string, number>(),
  /** How often each function was called, by `module/function`. */
  functionCalls: new Map<string, number>(),
  created: 0,
  logins: 0,
  lastNumber: 200_035
})

export type World = ReturnType<typeof createWorld>

export const nextServerId = (world: World, platform: Platform): string => {
  world.lastNumber += 1
  return platform === 'KVM' ? `kvm${world.lastNumber}` : `wps${1_000_000 + world.lastNumber}`
}

export const isLocked = (world: World, server: GlesysServer): boolean => world.now() < server.lockedUntil

/** Locks a server; `done` happens at the moment the lock ends. */
export function lockFor (world: World, server: GlesysServer, ms: number, done: () => void = () => {}): void {
  server.lockedUntil = Math.max(server.lockedUntil, world.now() + ms)
  world.later(ms, done, server.serverid)
}
