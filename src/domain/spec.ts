import { z } from 'zod'

const text = z.string().min(1).max(255)
const listOf = (item: z.ZodType<string>) => z.array(item).min(1).max(100)

export const sizes = {
  plan: text.optional().meta({ description: 'The id of a plan; instead of cpus and memory_mib' }),
  cpus: z.int().min(1).max(1024).optional(),
  memory_mib: z.int().min(1).max(64 * 1024 * 1024).optional(),
  disk_gib: z.number().positive().max(1024 * 1024).optional().meta({ description: 'Can be combined with plan if `accepts` lists it' })
}

/** The body of a create. The capabilities list the members that a provider supports; others are rejected, never ignored. */
export const createSpecSchema = z.strictObject({
  name: text,
  region: text.optional(),
  ...sizes,
  image: text,
  ssh_keys: listOf(z.string().min(1).max(16_384)).optional()
    .meta({ description: 'Public keys or key ids, depending on the provider; see `note` of the capability' }),
  user_data: z.string().min(1).max(65_536).optional(),
  password: z.string().min(1).max(255).optional(),
  networks: listOf(text).optional(),
  owner: text.optional(),
  tags: listOf(text).optional(),
  protected: z.boolean().optional(),
  options: z.record(z.string(), z.unknown()).optional().meta({ description: 'Provider-specific options; unknown ones are rejected' })
}).meta({
  id: 'CreateServerRequest',
  example: {
    name: 'web-1',
    region: 'Falkenberg',
    cpus: 2,
    memory_mib: 2048,
    disk_gib: 50,
    image: 'debian-12',
    ssh_keys: ['ssh-ed25519 AAAAC3Nza… deploy@example']
  }
})
export type CreateSpec = z.infer<typeof createSpecSchema>

export const resizeSpecSchema = z.strictObject({
  ...sizes,
  restart: z.boolean().optional().meta({ description: 'Allows the server to be restarted' })
}).meta({ id: 'ResizeServerRequest', example: { cpus: 4, memory_mib: 4096 } })
export type ResizeSpec = z.infer<typeof resizeSpecSchema>

export const rebuildSpecSchema = z.strictObject({
  image: text,
  password: z.string().min(1).max(255).optional(),
  ssh_keys: listOf(z.string().min(1).max(16_384)).optional()
}).meta({ id: 'RebuildServerRequest', example: { image: 'debian-12' } })
export type RebuildSpec = z.infer<typeof rebuildSpecSchema>

export const ownerSpecSchema = z.strictObject({
  name: text.optional(),
  email: z.email().max(255).optional(),
  password: z.string().min(1).max(255).optional(),
  options: z.record(z.string(), z.unknown()).optional().meta({ description: 'Provider-specific options; unknown ones are rejected' })
}).meta({ id: 'CreateOwnerRequest', example: { email: 'client@example.com', password: 'a long phrase' } })
export type OwnerSpec = z.infer<typeof ownerSpecSchema>
