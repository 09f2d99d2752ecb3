import { createAgenda } from '../kit/agenda.ts'
import { choice, empty, maybe, none } from '../kit/json.ts'
import type { FleioBehavior } from './behavior.ts'

export type UserKind = 'staff' | 'user'

export interface Owner {
  readonly id: number
  readonly name: string
}

export interface Region extends Readonly<Record<'id' | 'description', string>> {
  readonly enable_volumes: boolean
  readonly enable_snapshots: boolean
  readonly enabled: boolean
}

const local = { id: 1, name: 'Local storage', priority: 10 }

export const blankFlavor = (id: string, name: string) => ({
  ...{ id, name, vcpus: 1, memory_mb: 256, root_gb: 1, ephemeral_gb: 0, swap: 0, region: 'Region1', group: maybe(local) },
  ...{ out_of_stock: false, disabled: false }
})

export type Flavor = ReturnType<typeof blankFlavor>

export const blankImage = (id: string, name: string) => ({
  ...{ id, name, type: choice('template', 'snapshot'), status: choice('active', 'saving'), size: 629145600, min_disk: 0, min_ram: 0 },
  ...{ visibility: choice('public', 'private', 'shared', 'community'), os_distro: none<string>(), os_version: none<string>() },
  ...{ is_iso: false, region: 'Region1', instance_uuid: none<string>(), client: none<number>() },
  /** Clients a private image was shared with. */
  sharedWith: new Set<number>(),
  created_at: '2019-09-02T10:00:00+03:00'
})

export type Image = ReturnType<typeof blankImage>

interface Subnet extends Readonly<Record<'id' | 'name' | 'cidr' | 'gateway_ip', string>> {
  readonly ip_version: 4 | 6
}

export const blankNetwork = (id: string, name: string) => ({
  ...{ id, name, region: 'Region1', client: none<number>(), shared: true, router_external: true, is_default: false },
  ...{ subnets: none<readonly Subnet[]>(), created_at: '2019-09-02T10:00:00+03:00' }
})

export type Network = ReturnType<typeof blankNetwork>

export type FixedAddress = Readonly<Record<'ip_address' | 'subnet_id', string>>

export interface Port {
  readonly id: string
  readonly network: string
  readonly ipv4s: readonly FixedAddress[]
  readonly ipv6s: readonly FixedAddress[]
}

export interface FloatingIp extends Readonly<Record<'id' | 'floating_ip_address' | 'network' | 'description' | 'created_at', string>> {
  readonly client: number
  /** The instance it is attached to, and the fixed address that it leads to. */
  attached: Readonly<Record<'instance' | 'port' | 'fixed', string>> | null
}

export interface SshKey extends Readonly<Record<'name' | 'public_key' | 'fingerprint' | 'created_at', string>> {
  readonly id: number
  readonly user: UserKind
}

export interface Shown {
  readonly status: string
  readonly task: string | null
}

export const blankInstance = (id: string) => ({
  ...{ id, name: '', description: none<string>(), flavor: none<string>(), image: none<string>() },
  ...{ region: 'Region1', client: none<number>() },
  /** Nova's vm_state in lower case, and its task_state, underscores kept. */
  ...{ status: 'active', task: none<string>() },
  /** What reads show while the row lags behind OpenStack. */
  stale: none<{ readonly shown: Shown, left: number }>(),
  created: none<string>(),
  /** Epoch milliseconds from which the row is listed. */
  visibleAt: 0,
  hostName: maybe('Region1-compute.fleio.example'),
  hostId: maybe('30e22192fc4ca6ee560afe0b1b42502c76f23dd25ae7722d320b3369'),
  ...{ locked: false, traffic: 0, ports: empty<Port>() },
  /** The state that a two-step resize came from. */
  resizedFrom: none<string>(),
  /** As sent with a create or rebuild; no answer has them. */
  ...{ rootPassword: none<string>(), sshKeys: empty<number>() }
})

export type Instance = ReturnType<typeof blankInstance>

/** A client without an OpenStack project cannot have instances. */
export const blankClient = (id: number) => ({
  ...{ id, first_name: '', last_name: '', email: '', phone: '', city: '', country: '', address1: '', zip_code: '', date_created: '' },
  ...{ company: none<string>(), state: none<string>(), address2: none<string>(), fax: none<string>(), vat_id: none<string>() },
  ...{ external_billing_id: none<string>(), project: none<string>(), currency: 'EUR', credit: 0, status: choice('active', 'suspended') },
  ...{ groups: empty<string>(), configuration: 'default' }
})

export type Client = ReturnType<typeof blankClient>

/** `endUserClient` is the client that the end user's token belongs to; a repeated create counts twice in `created`. */
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

/** Makes the row lag behind its last action, for the next `staleReads` reads. */
export function lag ({ behavior }: World, instance: Instance): void {
  if (behavior.staleReads > 0) instance.stale = { shown: { status: instance.status, task: instance.task }, left: behavior.staleReads }
}

interface Walk {
  readonly tasks: readonly string[]
  readonly ms: number
  readonly end: () => void
}

/** Sets the task states one after another within `ms`, then none, and calls `end`. */
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
