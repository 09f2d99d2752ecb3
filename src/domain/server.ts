import { z } from 'zod'

/** The closed list of states. A vendor's state that no table has is `unknown`; `provider_status` has the vendor's word. */
export const serverStatuses = [
  'provisioning', 'starting', 'running', 'stopping', 'stopped', 'rebooting', 'paused', 'suspended', 'resizing', 'rebuilding',
  'migrating', 'rescue', 'deleting', 'deleted', 'error', 'unknown'
] as const
export const serverStatusSchema = z.enum(serverStatuses).meta({ id: 'ServerStatus', example: 'running' })
export type ServerStatus = z.infer<typeof serverStatusSchema>

export const powers = ['on', 'off', 'unknown'] as const
export type Power = typeof powers[number]

export const serverActions = [
  'start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete'
] as const
export type ServerAction = typeof serverActions[number]

export const addressSchema = z.object({
  address: z.string().meta({ example: '2.58.28.45' }),
  family: z.literal([4, 6]),
  scope: z.enum(['public', 'private', 'unknown']),
  prefix_length: z.number().nullable(),
  gateway: z.string().nullable(),
  primary: z.boolean()
}).meta({ id: 'Address' })
export type Address = z.infer<typeof addressSchema>

const referenceSchema = z.object({ id: z.string().nullable(), name: z.string().nullable() })
  .meta({ id: 'Reference', description: 'A reference to a provider object: its id and, if known, its name' })
export type Reference = z.infer<typeof referenceSchema>

const example = {
  id: '312019',
  account: 'heficed-main',
  provider: 'heficed',
  name: 'hhVyA97bBk',
  status: 'running',
  power: 'on',
  task: null,
  provider_status: 'running',
  observed_at: '2026-11-21T10:00:00.000Z',
  source: 'live',
  cpus: 1,
  memory_mib: 512,
  disk_gib: 10,
  addresses: [{ address: '2.58.28.45', family: 4, scope: 'public', prefix_length: 24, gateway: '2.58.28.1', primary: true }],
  image: { id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', name: 'CentOS 7 v2.0.23' },
  plan: null,
  region: { id: 'uk-lon1', name: 'London, United Kingdom' },
  owner: { id: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', name: null },
  created_at: '2021-02-13T00:00:00Z',
  tags: [],
  locked: false,
  protected: null,
  allowed_actions: ['stop', 'reboot']
} as const

export const serverSchema = z.object({
  id: z.string().meta({ description: 'Opaque; the provider\'s own id as text' }),
  account: z.string(),
  provider: z.string(),
  name: z.string(),
  status: serverStatusSchema,
  power: z.enum(powers),
  task: z.string().nullable().meta({ description: 'The task in progress, as named by the provider' }),
  provider_status: z.string().nullable().meta({ description: 'The status exactly as the provider returned it' }),
  observed_at: z.string().meta({ description: 'When the provider was asked, RFC 3339 in UTC' }),
  source: z.enum(['live', 'cache']),
  cpus: z.number().nullable(),
  memory_mib: z.number().nullable(),
  disk_gib: z.number().nullable().meta({ description: 'Total size of all known disks, or of the main disk' }),
  addresses: z.array(addressSchema),
  image: referenceSchema.nullable(),
  plan: referenceSchema.nullable(),
  region: referenceSchema.nullable(),
  owner: referenceSchema.nullable(),
  created_at: z.string().nullable(),
  tags: z.array(z.string()),
  locked: z.boolean().nullable().meta({ description: 'The provider refuses changes right now' }),
  protected: z.boolean().nullable().meta({ description: 'Deletion protection; null where the provider has none' }),
  allowed_actions: z.array(z.enum(serverActions)),
  raw: z.unknown().optional().meta({ description: 'With include=raw: the provider\'s own object with secrets redacted' })
}).meta({ id: 'Server', example })
export type Server = z.infer<typeof serverSchema>

/** What an adapter knows of a server; the gateway adds the account, the provider and the time of the read. */
export type ServerFacts = Omit<Server, 'account' | 'provider' | 'observed_at' | 'source' | 'raw'>

/** `power` derived from a status, for vendors without a field of their own. */
export function powerOf (status: ServerStatus): Power {
  if (status === 'running' || status === 'rescue' || status === 'rebooting' || status === 'stopping') return 'on'
  return status === 'stopped' ? 'off' : 'unknown'
}
