import { isIP } from 'node:net'
import { z } from 'zod'

const addressWish = (version: 4 | 6) => z.string().default('any')
  .refine(text => text === 'any' || text === 'none' || (isIP(text) === version && !text.includes('%')), { error: `must be any, none or an IPv${version} address of the project` })

const user = z.strictObject({
  username: z.string().min(1).max(255),
  sshkeys: z.array(z.string().min(1).max(16_384)).max(100).optional(),
  password: z.string().min(1).max(255).optional().meta({ description: 'Secret' })
})

/** The vendor-specific options of an order. */
export const createOptions = z.strictObject({
  platform: z.enum(['KVM', 'VMware']).default('KVM'),
  users: z.array(user).min(1).max(100).optional()
    .meta({ description: 'Users of a KVM server; default: one user with ssh_keys and password' }),
  bandwidth: z.int().min(1).max(1_000_000).optional().meta({ description: 'Mbit/s' }),
  description: z.string().max(255).optional(),
  ip: addressWish(4).meta({ description: 'IPv4: any, none, or a free address of the project' }),
  ipv6: addressWish(6).meta({ description: 'IPv6: any, none, or a free address of the project' }),
  cloudconfigparams: z.record(z.string(), z.unknown()).optional()
    .meta({ description: 'KVM: values for user_data whose first line is "## template: glesys"' }),
  backupschedules: z.array(z.strictObject({ frequency: z.enum(['daily', 'weekly']), numberofimagestokeep: z.int().min(1) })).min(1).optional()
    .meta({ description: 'KVM: how often backups are made, and how many are kept' })
})
export type CreateOptions = z.output<typeof createOptions>
