import { z } from 'zod'
import { httpUrl } from '../kit/settings.ts'

/** The organization can only be read from the vendor's web console; no API lists it. */
export const heficedAccountSchema = z.strictObject({
  organization_id: z.uuid().meta({ description: 'The organization\'s UUID, from the web console' }),
  client_id: z.string().min(1).meta({ description: 'Id of an OAuth client, from the web console' }),
  client_secret: z.string().min(1).meta({ description: 'Secret. Belongs to the same OAuth client' }),
  api_url: httpUrl.default('https://api.heficed.com').meta({ description: 'Default https://api.heficed.com' }),
  token_url: httpUrl.default('https://iam-proxy.heficed.com/oauth2/token')
    .meta({ description: 'Default https://iam-proxy.heficed.com/oauth2/token' }),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).min(1).default(['kronoscloud'])
    .meta({ description: 'OAuth scopes to request: kronoscloud, plus ipswitch for addresses and sshkeys for keys. Default kronoscloud' })
})
export type HeficedAccount = z.infer<typeof heficedAccountSchema>

export const example: HeficedAccount = {
  organization_id: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd',
  client_id: '00000000-0000-4000-8000-000000000000',
  client_secret: 'example',
  api_url: 'https://api.heficed.com',
  token_url: 'https://iam-proxy.heficed.com/oauth2/token',
  scopes: ['kronoscloud', 'ipswitch', 'sshkeys']
}
