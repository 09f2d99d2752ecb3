import { z } from 'zod'
import { httpUrl } from '../kit/settings.ts'

export const digitaloceanAccountSchema = z.strictObject({
  token: z.string().transform(text => text.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .refine(text => /^[\x21-\x7e]+$/.test(text), { error: 'must be visible ASCII without spaces' })
    .meta({ description: 'Secret. A personal access token of one team; its scopes decide which verbs work' }),
  api_url: httpUrl.transform(url => url.endsWith('/v2') ? url : `${url}/v2`).default('https://api.digitalocean.com/v2')
    .meta({ description: 'Default https://api.digitalocean.com/v2; /v2 is added where it is missing' })
})
export type DigitaloceanAccount = z.infer<typeof digitaloceanAccountSchema>

export const example: DigitaloceanAccount = { token: 'dop_v1_example', api_url: 'https://api.digitalocean.com/v2' }
