import { z } from 'zod'
import { httpUrl } from '../kit/settings.ts'

/** A token belongs to one project, which no endpoint names. */
export const hetznerAccountSchema = z.strictObject({
  token: z.string().regex(/^[\x21-\x7e]+$/, { error: 'must not contain spaces, line ends or characters beyond ASCII' })
    .meta({ description: 'Secret. An API token of one project, from the console; read-only tokens can only read' }),
  api_url: httpUrl.default('https://api.hetzner.cloud/v1').meta({ description: 'Default https://api.hetzner.cloud/v1' })
})
export type HetznerAccount = z.infer<typeof hetznerAccountSchema>

export const example: HetznerAccount = { token: 'example', api_url: 'https://api.hetzner.cloud/v1' }
