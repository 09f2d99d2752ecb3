import { z } from 'zod'
import { hostName, keystoneInterfaces, oneSignIn } from '../kit/keystone-account.ts'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

const text = z.string().min(1)

/** Either `username`, `password` and `project`, or the id and secret of an application credential. */
export const openstackAccountSchema = z.strictObject({
  auth_url: httpUrl.transform(url => /\/v3$/.test(url) ? url : `${url}/v3`).meta({ description: 'URL of Keystone; /v3 is added if it is missing' }),
  username: text.optional().meta({ description: 'Requires password and project; alternative: application_credential_id' }),
  password: text.optional().meta({ description: 'Secret. Required with username' }),
  project: text.optional().meta({ description: 'Name of the project; required with username, not allowed with application_credential_id' }),
  domain: text.default('Default').meta({ description: 'Domain of the user. Default: Default' }),
  project_domain: text.default('Default').meta({ description: 'Domain of the project. Default: Default' }),
  application_credential_id: text.optional().meta({ description: 'Requires application_credential_secret; replaces username, password and project' }),
  application_credential_secret: text.optional().meta({ description: 'Secret. Required with application_credential_id' }),
  region: text.optional().meta({ description: 'Region of the catalog; required if the cloud has several' }),
  interface: z.enum(keystoneInterfaces).default('public').meta({ description: 'Catalog endpoints to use. Default public' }),
  allowed_hosts: z.array(hostName).min(1).optional().meta({ description: 'Allowed hosts of catalog endpoints. Default: the host of auth_url' }),
  compute_url: httpUrl.optional().meta({ description: 'URL of Nova, such as https://nova.example.com/v2.1; overrides the catalog' }),
  image_url: httpUrl.optional().meta({ description: 'URL of Glance; overrides the catalog' }),
  network_url: httpUrl.optional().meta({ description: 'URL of Neutron; overrides the catalog' })
}).superRefine(oneSignIn('application_credential_id', 'application_credential_secret'))
  .meta(oneWayOf(['application_credential_id', 'application_credential_secret'], ['username', 'password', 'project']))
export type OpenstackAccount = z.infer<typeof openstackAccountSchema>

export const example: OpenstackAccount = {
  auth_url: 'https://auth.example.com:5000/v3',
  username: 'gateway',
  password: 'example',
  project: 'demo',
  domain: 'Default',
  project_domain: 'Default',
  region: 'RegionOne',
  interface: 'public'
}
