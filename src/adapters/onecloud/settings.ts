import { z } from 'zod'
import { allowedHosts, endpointInterface, exampleUser, oneSignIn, userKeys } from '../kit/keystone.ts'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

const text = z.string().min(1)

/** Either `username`, `password` and `project`, or `access_key` and `secret_key`. */
export const onecloudAccountSchema = z.strictObject({
  auth_url: httpUrl.refine(url => url.endsWith('/v3'), { error: 'must end in /v3' })
    .meta({ pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+/([^?#]+/)?v3/*$', description: 'URL of keystone, ending in /v3' }),
  ...userKeys('access_key', 'secret_key'),
  access_key: text.optional().meta({ description: 'Requires secret_key; replaces username, password and project' }),
  secret_key: text.optional().meta({ description: 'Secret. Required with access_key' }),
  scope: z.enum(['project', 'domain', 'system']).default('project').meta({
    description: 'Scope of lists: the project, its domain, or the whole system. Domain and system need administrator rights. ' +
      'Default project'
  }),
  region: text.optional().meta({ description: 'Keystone region, which is not the region of a server' }),
  interface: endpointInterface.meta({ description: 'Catalog endpoints to use; public falls back to internal. Default public' }),
  compute_url: httpUrl.optional().meta({ description: 'URL of the compute service; overrides the catalog' }),
  allowed_hosts: allowedHosts
}).superRefine(oneSignIn('access_key', 'secret_key')).meta(oneWayOf(['access_key', 'secret_key'], ['username', 'password', 'project']))
export type OnecloudAccount = z.infer<typeof onecloudAccountSchema>

export const example: OnecloudAccount =
  { auth_url: 'https://pods.example.com:5000/v3', ...exampleUser, scope: 'project', interface: 'public' }
