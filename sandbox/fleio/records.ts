import { choice, empty, maybe, none } from '../kit/json.ts'

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

export interface Subnet extends Readonly<Record<'id' | 'name' | 'cidr' | 'gateway_ip', string>> {
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
  /** The instance that has it and the fixed address it leads to. */
  held: Readonly<Record<'instance' | 'port' | 'fixed', string>> | null
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
  /** Epoch ms from which the row is there. */
  visibleAt: 0,
  hostName: maybe('Region1-compute.fleio.example'),
  hostId: maybe('30e22192fc4ca6ee560afe0b1b42502c76f23dd25ae7722d320b3369'),
  ...{ locked: false, traffic: 0, ports: empty<Port>() },
  /** The state that a two-step resize came from. */
  resizedFrom: none<string>(),
  /** What was sent at create or rebuild; never answered. */
  ...{ rootPassword: none<string>(), sshKeys: empty<number>() }
})

export type Instance = ReturnType<typeof blankInstance>

/** Without an OpenStack project no instance can be made. */
export const blankClient = (id: number) => ({
  ...{ id, first_name: '', last_name: '', email: '', phone: '', city: '', country: '', address1: '', zip_code: '', date_created: '' },
  ...{ company: none<string>(), state: none<string>(), address2: none<string>(), fax: none<string>(), vat_id: none<string>() },
  ...{ external_billing_id: none<string>(), project: none<string>(), currency: 'EUR', credit: 0, status: choice('active', 'suspended') },
  ...{ groups: empty<string>(), configuration: 'default' }
})

export type Client = ReturnType<typeof blankClient>
