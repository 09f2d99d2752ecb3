import { z } from 'zod'

/**
 * The remaining work of a resize. It is stored between steps, so it is flat. `auto_start` is null if the server stays running.
 * `disk` is removed when it has grown; `disk_gib` stays, as the sum that the server will show.
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
