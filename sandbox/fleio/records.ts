export type UserKind = 'staff' | 'user'

export interface Owner {
  readonly id: number
  readonly name: string
}

export interface Region {
  readonly id: string
  readonly enable_volumes: boolean
  readonly description: string
  readonly enable_snapshots: boolean
  enabled: boolean
}

export interface Flavor {
  readonly id: string
  readonly name: string
  readonly vcpus: number
  readonly memory_mb: number
  readonly root_gb: number
  readonly ephemeral_gb: number
  readonly swap: number
  readonly region: string
  readonly group: { readonly id: number, readonly name: string, readonly priority: number } | null
  out_of_stock: boolean
  disabled: boolean
}

export interface Image {
  readonly id: string
  readonly name: string
  readonly type: 'template' | 'application' | 'snapshot' | 'backup' | 'deleted'
  status: 'queued' | 'saving' | 'active' | 'killed' | 'deleted' | 'pending_delete' | 'deactivated'
  visibility: 'public' | 'private' | 'shared' | 'community'
  size: number
  readonly min_disk: number
  readonly min_ram: number
  readonly os_distro: string | null
  readonly os_version: string | null
  readonly is_iso: boolean
  readonly region: string
  readonly instance_uuid: string | null
  readonly client: number | null
  /** Clients a private image was shared with. */
  readonly sharedWith: Set<number>
  readonly created_at: string
}

export interface Subnet {
  readonly id: string
  readonly name: string
  readonly cidr: string
  readonly ip_version: 4 | 6
  readonly gateway_ip: string
}

export interface Network {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly client: number | null
  readonly shared: boolean
  readonly router_external: boolean
  readonly is_default: boolean
  readonly subnets: readonly Subnet[] | null
  readonly created_at: string
}

export interface FixedAddress {
  readonly ip_address: string
  readonly subnet_id: string
}

export interface Port {
  readonly id: string
  readonly network: string
  ipv4s: FixedAddress[]
  ipv6s: FixedAddress[]
}

export interface FloatingIp {
  readonly id: string
  readonly floating_ip_address: string
  readonly network: string
  readonly client: number
  readonly description: string
  readonly created_at: string
  /** The instance that has it and the fixed address it leads to. */
  held: { readonly instance: string, readonly port: string, readonly fixed: string } | null
}

export interface SshKey {
  readonly id: number
  readonly name: string
  readonly public_key: string
  readonly fingerprint: string
  readonly created_at: string
  readonly user: UserKind
}

export interface Shown {
  readonly status: string
  readonly task: string | null
}

export interface Instance {
  readonly id: string
  name: string
  description: string | null
  /** Nova's vm_state in lower case. */
  status: string
  /** Nova's task_state, underscores kept. */
  task: string | null
  /** What reads show while the row lags behind OpenStack. */
  stale: { readonly shown: Shown, left: number } | null
  flavor: string | null
  image: string | null
  readonly region: string
  client: number | null
  readonly created: string | null
  /** Epoch ms from which the row is there. */
  readonly visibleAt: number
  readonly hostName: string | null
  readonly hostId: string | null
  locked: boolean
  traffic: number
  readonly ports: Port[]
  /** The state that a two-step resize came from. */
  resizedFrom: string | null
  /** What was sent at create or rebuild; never answered. */
  rootPassword: string | null
  sshKeys: readonly number[]
}

export interface Client {
  readonly id: number
  readonly first_name: string
  readonly last_name: string
  readonly company: string | null
  readonly email: string
  readonly phone: string
  readonly city: string
  readonly state: string | null
  readonly country: string
  readonly address1: string
  readonly address2: string | null
  readonly zip_code: string
  readonly fax: string | null
  readonly vat_id: string | null
  readonly currency: string
  readonly credit: number
  readonly status: 'active' | 'suspended'
  readonly date_created: string
  readonly external_billing_id: string | null
  readonly groups: readonly string[]
  readonly configuration: string
  /** OpenStack project; without one no instance can be made. */
  readonly project: string | null
}
