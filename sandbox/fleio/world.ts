import { createAgenda } from '../kit/agenda.ts'
import type { FleioBehavior } from './behavior.ts'
import type { Client, FloatingIp, Flavor, Image, Instance, Network, Region, SshKey } from './records.ts'

/** `endUserClient` is the client that the end user's token belongs to; a doubled create counts twice in `created`. */
export const createWorld = (behavior: FleioBehavior, clock: () => number, endUserClient: number) => ({
  ...createAgenda(clock),
  behavior,
  regions: new Map<string, Region>(),
  flavors: new Map<string, Flavor>(),
  images: new Map<string, Image>(),
  networks: new Map<string, Network>(),
  instances: new Map<string, Instance>(),
  clients: new Map<number, Client>(),
  floatingIps: new Map<string, FloatingIp>(),
  keys: new Map<number, SshKey>(),
  endUserClient,
  created: 0,
  serial: 0
})

export type World = ReturnType<typeof createWorld>

export const uuidOf = (family: string, serial: number): string =>
  `${family}-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`

export function newUuid (world: World, family: string): string {
  world.serial += 1
  return uuidOf(family, world.serial + 0x1000)
}

/** ISO 8601 with the server's own offset, as Django prints it; east of Greenwich. */
export function localTime (ms: number, offsetHours: number): string {
  return `${new Date(ms + offsetHours * 3_600_000).toISOString().slice(0, 19)}+0${offsetHours}:00`
}

export const timeNow = (world: World): string => localTime(world.now(), 2)

/** Serves the row as it was before its last action for the next `staleReads` reads. */
export function lag ({ behavior }: World, instance: Instance): void {
  if (behavior.staleReads > 0) instance.stale = { shown: { status: instance.status, task: instance.task }, left: behavior.staleReads }
}

export interface Walk {
  readonly tasks: readonly string[]
  readonly ms: number
  readonly end: () => void
}

/** Goes through the task states one after another within `ms`, then has none and `end` happens. */
export function walk (world: World, instance: Instance, { tasks, ms, end }: Walk): void {
  instance.task = tasks[0] ?? null
  for (const [index, task] of tasks.entries()) {
    if (index > 0) world.later(ms * index / tasks.length, () => { instance.task = task }, instance.id)
  }
  world.later(ms, () => {
    instance.task = null
    end()
  }, instance.id)
}

export function addPorts (world: World, instance: Instance, networks: readonly Network[]): void {
  for (const network of networks) {
    world.serial += 1
    const { serial } = world
    const [v4, v6] = [4, 6].map(version => network.subnets?.find(subnet => subnet.ip_version === version))
    instance.ports = [...instance.ports, {
      id: uuidOf('5d6f0c3f', serial),
      network: network.id,
      ipv4s: v4 === undefined ? [] : [{ ip_address: v4.gateway_ip.replace(/\d+$/, String(2 + serial % 250)), subnet_id: v4.id }],
      ipv6s: v6 === undefined ? [] : [{ ip_address: v6.gateway_ip.replace(/1$/, serial.toString(16)), subnet_id: v6.id }]
    }]
  }
}
