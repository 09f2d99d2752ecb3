import { z } from 'zod'

const word = z.string().min(1).max(255)

const volume = z.strictObject({
  size_gib: z.int().min(1).max(1024 * 1024),
  type: word.optional().meta({ description: 'Volume type of the cloud; needs compute microversion 2.67' }),
  delete_on_termination: z.boolean().default(true).meta({ description: 'False: the volume stays, and costs, after the server is deleted. Default true' })
})

const mostMetadata = 128

export const createOptions = z.strictObject({
  boot_from_volume: volume.optional().meta({ description: 'A new volume made of the image, instead of the plan\'s disk' }),
  availability_zone: word.optional().meta({ description: 'The same as region' }),
  security_groups: z.array(word).min(1).max(50).optional().meta({ description: 'Names or ids. By default the group default, which usually lets nothing in' }),
  config_drive: z.boolean().optional(),
  metadata: z.record(word, z.string().max(255)).optional()
    .refine(entries => Object.keys(entries ?? {}).length <= mostMetadata, { error: `must have at most ${mostMetadata} entries` })
})
export type CreateOptions = z.output<typeof createOptions>
