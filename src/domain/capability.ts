import { z } from 'zod'

/** The keys of the published capabilities, in their order. */
export const capabilityNames = [
  'list', 'get', 'create', 'delete', 'start', 'stop', 'reboot', 'resize', 'rename', 'protect', 'rebuild', 'rescue', 'unrescue',
  'password', 'console', 'snapshots.list', 'snapshots.create', 'snapshots.restore', 'snapshots.delete', 'addresses.list',
  'addresses.attach', 'addresses.detach', 'ptr', 'images', 'plans', 'regions', 'ssh_keys', 'networks', 'owners.list',
  'owners.create', 'login_link', 'raw'
] as const

/** `documented`: by the vendor; `observed`: in working code or on a live platform; `inferred`: neither. */
export const evidences = ['documented', 'observed', 'inferred'] as const
export type Evidence = typeof evidences[number]

export const capabilitySchema = z.object({
  support: z.enum(['native', 'emulated', 'none']),
  evidence: z.enum(evidences).nullable(),
  accepts: z.array(z.string()).meta({ description: 'Optional members that this provider supports' }),
  note: z.string().nullable()
}).meta({ id: 'Capability', example: { support: 'native', evidence: 'documented', accepts: ['force'], note: null } })
export type Capability = z.infer<typeof capabilitySchema>

export const capabilitiesSchema = z.object(Object.fromEntries(capabilityNames.map(name => [name, capabilitySchema])))
  .meta({ id: 'Capabilities' })
export type Capabilities = z.infer<typeof capabilitiesSchema>
