import type { OnecloudKnobs } from './knobs.ts'
import type { Json } from './values.ts'

export interface DiskRow {
  readonly id: string
  readonly name: string
  sizeMb: number
  readonly type: 'sys' | 'data'
  imageId: string
  image: string
  readonly storageType: string
}

export interface NicRow {
  readonly ip: string
  readonly ip6: string
  readonly mac: string
  readonly networkId: string
  readonly exit: boolean
}

/** A scheduled change; applied by the first request after its time. */
export interface Step {
  readonly at: number
  readonly status: string
  readonly effect?: (at: number) => void
}

/** The vendor's own record. Empty text and zero time mean absent. */
export interface ServerRow {
  readonly id: string
  name: string
  hostname: string
  status: string
  power: 'on' | 'off' | 'unknown'
  vcpu: number
  memoryMb: number
  instanceType: string
  disks: DiskRow[]
  nics: NicRow[]
  keypairId: string
  metadata: Record<string, string>
  tenantId: string
  createdAt: number
  updatedAt: number
  pendingDeletedAt: number
  disableDelete: boolean
  /** Whether the scheduler has given it a host. */
  placed: boolean
  hypervisor: string
  osType: string
  prepaidUntil: number
  frozen: boolean
  rescue: boolean
  password: string
  updateVersion: number
  steps: Step[]
  /** Keys that overwrite the rendered record: odd values and keys of other releases. */
  extra: Json
}

export interface Person {
  readonly id: string
  readonly name: string
  readonly domainId: string
  readonly password: string
  readonly admin: boolean
  readonly projects: readonly string[]
}

export interface AccessKey {
  readonly id: string
  readonly secret: string
  readonly userId: string
  readonly projectId: string
}

export interface TokenRow {
  readonly id: string
  readonly person: Person
  readonly method: string
  readonly projectId: string
  readonly accessKey: AccessKey | undefined
  readonly issuedAt: number
  readonly expiresAt: number
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly domainId: string
}

export interface World {
  readonly knobs: OnecloudKnobs
  readonly now: () => number
  origin: string
  readonly people: readonly Person[]
  readonly projects: Project[]
  readonly domains: ReadonlyMap<string, string>
  readonly accessKeys: readonly AccessKey[]
  readonly tokens: Map<string, TokenRow>
  readonly servers: Map<string, ServerRow>
  /** Every other collection, as the vendor renders it: path word → rows. */
  readonly resources: Map<string, Json[]>
  logins: number
  created: number
  serial: number
}

export const rowsOf = (world: World, collection: string): Json[] => {
  const rows = world.resources.get(collection)
  if (rows !== undefined) return rows
  const fresh: Json[] = []
  world.resources.set(collection, fresh)
  return fresh
}

export const nextSerial = (world: World): number => {
  world.serial += 1
  return world.serial
}

/** A record by id first, then by name. */
export const findRow = (rows: readonly Json[], idOrName: string): Json | undefined =>
  rows.find(row => row['id'] === idOrName) ?? rows.find(row => row['name'] === idOrName)

export const projectName = (world: World, id: string): string => world.projects.find(project => project.id === id)?.name ?? id
