export interface Named {
  readonly id: string
  readonly name: string
}

export interface Place extends Named {
  readonly continent: string
}

/** In spite of their names the last two are objects inside an instance; older rows carry plain strings there. */
export interface Template {
  readonly id: string
  readonly created: number | null
  readonly size: number | null
  readonly version: string | null
  readonly name: string
  readonly locationId: Place | string
  readonly instanceTypeId: Named | string
}

export interface Network {
  ipaddress: string | null
  /** Dotted for v4, a prefix length for v6. */
  netmask: string | number | null
  gateway: string | null
  additionalIps: string[]
  resolvers: string[]
}

export interface CancellationRequest {
  readonly type: string
  readonly created: number
  readonly termination: number
  readonly reason: string
}

export interface Billing {
  product: string
  type: { id: number, name: string }
  status: string
  hourlySpendingRate: number | null
  invoiceId: number
  invoiceStatus: string
  price: number
  startDate: number
  endDate: number
  sla: { id: number, name: string }
  cancellationRequest: CancellationRequest | null
}

type ExtraDisks = { [disk in `additionalDisk${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`]: number }

/** One Kronos Cloud row as it is sent, and the vendor's own record of it. Memory is MB, disks are GB. */
export interface Instance extends ExtraDisks {
  readonly id: number
  status: string
  hostname: string
  instanceType: Named
  location: Place
  inRescueMode: boolean
  template: Template | null
  iso: Named | null
  network: { v4: Network, v6: Network }
  billing: Billing
  vcpu: number
  memory: number
  disk: number
  ip: number
  backup: number
  cpuLimited: boolean
  networkLimited: boolean
  password: string
}

export interface SshKey {
  readonly id: string
  readonly label: string
  readonly fingerPrint: string
  readonly created: number
}

/** Addresses are unsigned 32-bit integers; `metadata.switch` is empty unless the subnet is routed. */
export interface Subnet {
  readonly id: string
  readonly address: number
  readonly lastAddress: number
  readonly cidr: number
  metadata: { switch: { instanceId?: number } }
}

export interface StoredSubnet {
  readonly row: Subnet
  /** Empty for a top block. */
  readonly parentId: string
  releasedAt: number
}
