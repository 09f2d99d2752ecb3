import { z } from 'zod'
import type { FleioMode } from './settings.ts'

const id = z.string().min(1).max(255)

const bootSource = z.strictObject({
  source_type: z.enum([
    'image', 'owned_image', 'shared_image', 'community_image', 'volume', 'volume_snapshot', 'requested_image', 'requested_volume'
  ]).optional().meta({ description: 'Kind of source that `image` refers to. Default image' }),
  source_id: id.optional().meta({ description: 'Must equal `image`' }),
  delete_on_termination: z.boolean().optional(),
  create_new_volume: z.boolean().optional(),
  volume_size: z.int().min(1).optional().meta({ description: 'GiB' }),
  volume_type: z.string().max(255).nullable().optional().meta({ description: 'If set, the panel queues the order' })
})

const common = {
  nics: z.array(id).min(1).max(100).optional().meta({ description: 'Network ids; the same as `networks`. One of the two is required' }),
  boot_source: bootSource.optional()
}

const enduser = z.strictObject(common)
const staff = enduser.extend({
  share_image: z.boolean().optional().meta({ description: 'Allows sharing a private image into the client\'s project' })
})
export type CreateOptions = z.infer<typeof staff>

export const createOptions: Readonly<Record<FleioMode, z.ZodType<CreateOptions>>> = { staff, enduser }
