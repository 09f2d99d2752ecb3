import type { FleioKnobs } from './knobs.ts'
import type { Client, FloatingIp, Flavor, Image, Instance, Network, Region, SshKey, Volume } from './records.ts'

export type UserKind = 'staff' | 'user'

interface Step {
  readonly owner: string
  readonly at: number
  readonly apply: () => void
}

export interface World {
  readonly knobs: FleioKnobs
  readonly clock: () => number
  readonly regions: Map<string, Region>
  readonly flavors: Map<string, Flavor>
  readonly images: Map<string, Image>
  readonly networks: Map<string, Network>
  readonly instances: Map<string, Instance>
  readonly clients: Map<number, Client>
  readonly floatingIps: Map<string, FloatingIp>
  readonly volumes: Map<string, Volume>
  readonly keys: Map<number, SshKey>
  readonly tokens: Map<string, UserKind>
  /** The client that the end user's token belongs to. */
  endUserClient: number
  /** Creates that were accepted; a doubled request counts twice. */
  created: number
  serial: number
  agenda: Step[]
  recentCalls: number[]
}

export const createWorld = (knobs: FleioKnobs, clock: () => number): World => ({
  knobs,
  clock,
  regions: new Map(),
  flavors: new Map(),
  images: new Map(),
  networks: new Map(),
  instances: new Map(),
  clients: new Map(),
  floatingIps: new Map(),
  volumes: new Map(),
  keys: new Map(),
  tokens: new Map(),
  endUserClient: 0,
  created: 0,
  serial: 0,
  agenda: [],
  recentCalls: []
})

export function schedule (world: World, owner: string, afterMs: number, apply: () => void): void {
  world.agenda.push({ owner, at: world.clock() + afterMs, apply })
}

export function cancel (world: World, owner: string): void {
  world.agenda = world.agenda.filter(step => step.owner !== owner)
}

/** Applies what has fallen due. Nothing runs between requests. */
export function settle (world: World): void {
  const now = world.clock()
  const due = world.agenda.filter(step => step.at <= now).sort((a, b) => a.at - b.at)
  world.agenda = world.agenda.filter(step => step.at > now)
  for (const step of due) step.apply()
}

export const uuidOf = (family: string, serial: number): string =>
  `${family}-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`

export function newUuid (world: World, family: string): string {
  world.serial += 1
  return uuidOf(family, world.serial + 0x1000)
}

/** ISO 8601 with the server's own offset, as Django prints it. */
export function localTime (ms: number, offsetMinutes: number): string {
  const text = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, 19)
  if (offsetMinutes === 0) return `${text}Z`
  const size = Math.abs(offsetMinutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${text}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

export const timeNow = (world: World): string => localTime(world.clock(), world.knobs.utcOffsetMinutes)
