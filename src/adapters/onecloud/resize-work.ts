import { z } from 'zod'

/**
 * What is left of a resize: kept between its steps, so it is plain and flat. `auto_start` null: nothing is said of it, as the
 * server stays up. `disk` goes when it has grown; `disk_gib` stays, as the sum that the server will show.
 */
export const workWire = z.strictObject({
  plan: z.string().nullable(),
  cpus: z.number().nullable(),
  memory_mib: z.number().nullable(),
  sizes: z.boolean(),
  disk: z.string().nullable(),
  disk_mib: z.number().nullable(),
  disk_gib: z.number().nullable(),
  auto_start: z.boolean().nullable(),
  status: z.enum(['running', 'stopped'])
})
export type Work = z.infer<typeof workWire>
