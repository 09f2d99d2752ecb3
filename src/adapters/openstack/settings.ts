import { z } from 'zod'
import { allowedHosts, endpointInterface, exampleUser, oneSignIn, userKeys } from '../kit/keystone.ts'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

const text = z.string().min(1)
const [id, secret] = ['application_credential_id', 'application_credential_secret'] as const

/** Either `username`, `password` and `project`, or the id and secret of an application credential. */
export const openstackAccountSchema = z.strictObject({
  auth_url: httpUrl.transform(url => /\/v3$/.test(url) ? url : `${url}/v3`)
    .meta({ description: 'URL of Keystone; /v3 is added if it is missing' }),
  ...userKeys(id, secret),
  application_credential_id: text.optional().meta({ description: `Requires ${secret}; replaces username, password and project` }),
  application_credential_secret: text.optional().meta({ description: `Secret. Required with ${id}` }),
  region: text.optional().meta({ description: 'Region of the catalog; required if the cloud has several' }),
  interface: endpointInterface.meta({ description: 'Catalog endpoints to use. Default public' }),
  allowed_hosts: allowedHosts,
  compute_url: httpUrl.optional().meta({ description: 'URL of Nova, such as https://nova.example.com/v2.1; overrides the catalog' }),
  image_url: httpUrl.optional().meta({ description: 'URL of Glance; overrides the catalog' }),
  network_url: httpUrl.optional().meta({ description: 'URL of Neutron; overrides the catalog' })
}).superRefine(oneSignIn(id, secret)).meta(oneWayOf([id, secret], ['username', 'password', 'project']))
export type OpenstackAccount = z.infer<typeof openstackAccountSchema>

export const example: OpenstackAccount =
  { auth_url: 'https://auth.example.com:5000/v3', ...exampleUser, region: 'RegionOne', interface: 'public' }
