/** The vendor's objects as they are sent. */
export interface Location {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly country: string
  readonly city: string
  readonly latitude: number
  readonly longitude: number
  readonly network_zone: string
}

export interface ServerType extends Readonly<Record<string, unknown>> {
  readonly id: number
  readonly name: string
  readonly disk: number
  readonly architecture: string
  readonly prices: ReadonlyArray<{ readonly location: string }>
}

export interface Protection { delete: boolean, rebuild?: boolean }

export interface Image {
  readonly id: number
  readonly type: 'system' | 'snapshot' | 'backup'
  status: 'available' | 'creating'
  readonly name: string | null
  readonly description: string
  image_size: number | null
  readonly disk_size: number
  readonly created: string
  readonly created_from: { readonly id: number, readonly name: string } | null
  readonly bound_to: number | null
  readonly os_flavor: string
  readonly os_version: string
  readonly rapid_deploy: boolean
  readonly protection: Protection
  readonly deprecated: string | null
  readonly deleted: null
  readonly labels: Readonly<Record<string, string>>
  readonly architecture: string
}

export interface Pointer { readonly ip: string, readonly dns_ptr: string }

/** A primary or a floating address. The members that say where it is assigned differ by kind. */
export interface Ip {
  readonly id: number
  readonly name: string
  readonly type: 'ipv4' | 'ipv6'
  readonly ip: string
  readonly location: Location
  readonly auto_delete: boolean
  server: number | null
  dns_ptr: Pointer[]
}

export interface Server {
  readonly id: number
  name: string
  status: string
  readonly created: string
  readonly private_net: ReadonlyArray<{ readonly network: number, readonly ip: string }>
  server_type: ServerType
  readonly location: Location
  image: Image | null
  rescue_enabled: boolean
  locked: boolean
  protection: Required<Protection>
  labels: Readonly<Record<string, string>>
  primary_disk_size: number
  /** With keys the vendor makes no password. Never sent. */
  readonly hasKeys: boolean
}

export interface Action {
  readonly id: number
  readonly command: string
  status: 'running' | 'success' | 'error'
  progress: number
  readonly started: string
  finished: string | null
  readonly resources: ReadonlyArray<{ readonly id: number, readonly type: string }>
  error: { readonly code: string, readonly message: string } | null
}
