import { createAgenda } from '../kit/agenda.ts'
import { choice, empty, none, type Json } from '../kit/json.ts'
import { featuresOf, type Platform } from './catalog.ts'
import type { GlesysBehavior } from './behavior.ts'

export type Identity = Readonly<Record<'serverid' | 'hostname' | 'projectkey', string>> & { readonly platform: Platform }

/** A server with the vendor's defaults. The order of the members is the vendor's. */
export const blankServer = ({ serverid, hostname, projectkey, platform }: Identity) => ({
  ...{ serverid, hostname, description: '', datacenter: 'Falkenberg', cpucores: 2, memorysize: 2048, disksize: 50, bandwidth: 100 },
  transfer: platform === 'KVM' ? 0 : 6400,
  templatename: platform === 'KVM' ? 'Debian 12 (Bookworm)' : 'Debian 12 64-bit',
  /** `2020` is a body of before December 2020: no initialtemplate, no additionaldisks. */
  shape: choice('modern', '2020'),
  ...{ additionaldisks: empty<Json>(), isofile: none<string>() },
  ...{ managedhosting: choice('no', 'yes'), supportedfeatures: featuresOf(platform) },
  ...{ backupSchedules: empty<Json>(), discount: 0, power: choice('running', 'stopped') },
  /** Epoch milliseconds; Infinity never unlocks. */
  lockedUntil: 0,
  ...{ projectkey, platform }
})

export type GlesysServer = ReturnType<typeof blankServer>

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

export const createWorld = (behavior: GlesysBehavior, clock: () => number) => ({
  ...createAgenda(clock),
  behavior,
  servers: new Map<string, GlesysServer>(),
  addresses: new Map<string, Address>(),
  /** When each temporary key was used last. */
  sessions: new Map<string, number>(),
  /** How often each function was called, by `module/function`. */
  functionCalls: new Map<string, number>(),
  ...{ created: 0, logins: 0, lastNumber: 200_035 }
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
