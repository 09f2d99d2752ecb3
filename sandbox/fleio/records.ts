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

export interface Client extends Readonly<Record<'first_name' | 'last_name' | 'email' | 'phone' | 'city' | 'country' | 'address1', string>>,
  Readonly<Record<'zip_code' | 'currency' | 'date_created' | 'configuration', string>>,
  Readonly<Record<'company' | 'state' | 'address2' | 'fax' | 'vat_id' | 'external_billing_id', string | null>> {
  readonly id: number
  readonly credit: number
  readonly status: 'active' | 'suspended'
  readonly groups: readonly string[]
  /** OpenStack project; without one no instance can be made. */
  readonly project: string | null
}

export const blankClient: Client = {
  ...{ id: 0, first_name: '', last_name: '', email: '', phone: '', city: '', country: '', address1: '', zip_code: '', date_created: '' },
  ...{ company: null, state: null, address2: null, fax: null, vat_id: null, external_billing_id: null, project: null },
  ...{ currency: 'EUR', credit: 0, status: 'active', groups: [], configuration: 'default' }
}

export const blankInstance = (id: string): Instance => ({
  id,
  name: '',
  description: null,
  status: 'active',
  task: null,
  stale: null,
  flavor: null,
  image: null,
  region: 'Region1',
  client: null,
  created: null,
  visibleAt: 0,
  hostName: 'Region1-compute.fleio.example',
  hostId: '30e22192fc4ca6ee560afe0b1b42502c76f23dd25ae7722d320b3369',
  locked: false,
  traffic: 0,
  ports: [],
  resizedFrom: null,
  rootPassword: null,
  sshKeys: []
})
