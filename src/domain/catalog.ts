import { z } from 'zod'

const name = z.string().meta({ description: 'Display name; the id if the provider has none' })

export const imageSchema = z.object({
  id: z.string().meta({ description: 'The value to use in create and rebuild requests' }),
  name,
  os: z.string().nullable().meta({ description: 'The operating system, as named by the provider' }),
  region: z.string().nullable().meta({ description: 'The id of the only region that has it; null where it is not bound to one' }),
  min_disk_gib: z.number().nullable(),
  min_memory_mib: z.number().nullable()
}).meta({
  id: 'Image',
  example: {
    id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b',
    name: 'CentOS 7 v2.0.23',
    os: 'CentOS',
    region: 'uk-lon1',
    min_disk_gib: 10,
    min_memory_mib: null
  }
})
export type Image = z.infer<typeof imageSchema>

export const priceSchema = z.object({
  amount: z.number().meta({ description: 'For one period; without tax where the provider separates it' }),
  currency: z.string().nullable().meta({ description: 'ISO 4217' }),
  period: z.enum(['hour', 'month']).meta({ description: 'month where the provider has a monthly price or cap' }),
  hourly: z.number().nullable().meta({ description: 'The price of one hour' }),
  monthly: z.number().nullable().meta({ description: 'The price of one month, or the most that the hours of a month cost' })
}).meta({ id: 'Price', example: { amount: 3.79, currency: 'EUR', period: 'month', hourly: 0.006, monthly: 3.79 } })
export type Price = z.infer<typeof priceSchema>

/** Null if the provider states neither price. */
export function priceOf ({ currency, hourly, monthly }: Pick<Price, 'currency' | 'hourly' | 'monthly'>): Price | null {
  if (monthly !== null) return { amount: monthly, currency, period: 'month', hourly, monthly }
  return hourly === null ? null : { amount: hourly, currency, period: 'hour', hourly, monthly }
}

export const planSchema = z.object({
  id: z.string().meta({ description: 'The value to use in create and resize requests' }),
  name,
  cpus: z.number().nullable(),
  memory_mib: z.number().nullable(),
  disk_gib: z.number().nullable(),
  region: z.string().nullable().meta({
    description: 'The region that has it at this price; a plan sold in several regions has one row per region. Null: not bound to a region'
  }),
  available: z.boolean().nullable().meta({ description: 'False: listed, but currently not available' }),
  price: priceSchema.nullable().meta({ description: 'Null where the provider does not name one' })
}).meta({
  id: 'Plan',
  example: { id: '2', name: 'small', cpus: 1, memory_mib: 1024, disk_gib: 20, region: null, available: true, price: null }
})
export type Plan = z.infer<typeof planSchema>

export const regionSchema = z.object({ id: z.string().meta({ description: 'The value to use in create requests' }), name })
  .meta({ id: 'Region', example: { id: 'Falkenberg', name: 'Falkenberg' } })
export type Region = z.infer<typeof regionSchema>

export const sshKeySchema = z.object({
  id: z.string().meta({ description: 'The value to use in create requests' }),
  name,
  public_key: z.string().nullable(),
  fingerprint: z.string().nullable()
}).meta({ id: 'SshKey', example: { id: '12', name: 'deploy', public_key: 'ssh-ed25519 AAAAC3Nza…', fingerprint: null } })
export type SshKey = z.infer<typeof sshKeySchema>

export const networkSchema = z.object({
  id: z.string().meta({ description: 'The value to use in create requests' }),
  name,
  region: z.string().nullable(),
  scope: z.enum(['public', 'private', 'unknown']),
  cidrs: z.array(z.string()).meta({ description: 'Address ranges, where they are known' })
}).meta({ id: 'Network', example: { id: 'vl123456', name: 'backend', region: 'Falkenberg', scope: 'private', cidrs: [] } })
export type Network = z.infer<typeof networkSchema>

export const snapshotStatuses = ['pending', 'ready', 'restoring', 'deleting', 'error', 'unknown'] as const
export const snapshotSchema = z.object({
  id: z.string(),
  name,
  server_id: z.string().nullable(),
  status: z.enum(snapshotStatuses),
  provider_status: z.string().nullable(),
  size_gib: z.number().nullable(),
  created_at: z.string().nullable()
}).meta({
  id: 'Snapshot',
  example: {
    id: 'b1f6e3c0-0000-4000-8000-000000000001',
    name: 'before-upgrade',
    server_id: '42',
    status: 'ready',
    provider_status: 'active',
    size_gib: 20,
    created_at: '2026-11-21T10:00:00Z'
  }
})
export type Snapshot = z.infer<typeof snapshotSchema>

export const addressRowSchema = z.object({
  id: z.string().nullable().meta({ description: 'The provider\'s id where it has one; attach takes it, or the address' }),
  address: z.string(),
  family: z.literal([4, 6]),
  scope: z.enum(['public', 'private', 'unknown']),
  prefix_length: z.number().nullable(),
  gateway: z.string().nullable(),
  primary: z.boolean().nullable(),
  server_id: z.string().nullable().meta({ description: 'Null: attached to nothing, or not known' }),
  region: z.string().nullable(),
  ptr: z.string().nullable().meta({ description: 'The reverse name; null if there is none or it is not known' })
}).meta({
  id: 'AddressRow',
  example: {
    id: '501',
    address: '192.0.2.10',
    family: 4,
    scope: 'public',
    prefix_length: 24,
    gateway: '192.0.2.1',
    primary: true,
    server_id: '42',
    region: null,
    ptr: 'web-1.example.com'
  }
})
export type AddressRow = z.infer<typeof addressRowSchema>

export const ptrSchema = z.object({ address: z.string(), ptr: z.string().nullable() })
  .meta({ id: 'Ptr', example: { address: '192.0.2.10', ptr: 'web-1.example.com' } })
export type Ptr = z.infer<typeof ptrSchema>

export const ownerSchema = z.object({
  id: z.string().meta({ description: 'The value to use as owner in create requests' }),
  name: z.string().nullable(),
  email: z.string().nullable(),
  status: z.string().nullable().meta({ description: 'The provider\'s own word' })
}).meta({ id: 'Owner', example: { id: '24', name: null, email: 'client@example.com', status: 'active' } })
export type Owner = z.infer<typeof ownerSchema>

export const consoleSchema = z.object({
  type: z.string().meta({ description: 'Console type: novnc, vnc, spice, html5, …; url where the provider does not say' }),
  url: z.string().meta({ description: 'Opens the console for anyone who has it: a secret' }),
  password: z.string().nullable().meta({ description: 'Console password; null if none is needed' }),
  expires_at: z.string().nullable()
}).meta({ id: 'Console', example: { type: 'novnc', url: 'https://console.example.com/?token=…', password: null, expires_at: null } })
export type Console = z.infer<typeof consoleSchema>
/** A console as an adapter returns it; the password may be absent. */
export type ConsoleLink = Omit<Console, 'password'> & Partial<Pick<Console, 'password'>>

export const loginLinkSchema = z.object({
  url: z.string().meta({ description: 'Signs in anyone who has it: a secret' }),
  expires_at: z.string().nullable()
}).meta({ id: 'LoginLink', example: { url: 'https://vm.example.com/auth/key/4-…', expires_at: '2026-11-21T11:00:00.000Z' } })
export type LoginLink = z.infer<typeof loginLinkSchema>
