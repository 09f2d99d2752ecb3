import { z } from 'zod'

/** Of any version: the vendor makes them. */
const uuid = z.guid()

export const createOptions = z.strictObject({
  vpc: uuid.optional().meta({ description: 'UUID of a VPC network of the region; the same as `networks`' }),
  ipv6: z.boolean().optional(),
  monitoring: z.boolean().optional().meta({ description: 'Installs the provider\'s agent' }),
  backups: z.boolean().optional().meta({ description: 'Automatic backups, which cost more' }),
  backup_policy: z.strictObject({
    plan: z.enum(['daily', 'weekly']),
    weekday: z.enum(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']).optional(),
    hour: z.union([z.literal(0), z.literal(4), z.literal(8), z.literal(12), z.literal(16), z.literal(20)]).optional()
  }).optional().meta({ description: 'Requires backups' }),
  public_networking: z.boolean().optional().meta({ description: 'False: no public address, ever' }),
  with_droplet_agent: z.boolean().optional().meta({ description: 'The agent of the control panel\'s console' }),
  volumes: z.array(uuid).min(1).max(7).optional().meta({ description: 'UUIDs of volumes of the region to attach' })
})
export type CreateOptions = z.infer<typeof createOptions>
