import { z } from 'zod'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

const hostName = z.string()
  .refine(isHostName, { error: 'must be a host name or address without port or path' })
  .transform(name => name.toLowerCase())

const text = z.string().min(1)

/** Either `username`, `password` and `project`, or `access_key` and `secret_key`. */
export const onecloudAccountSchema = z.strictObject({
  auth_url: httpUrl.refine(url => url.endsWith('/v3'), { error: 'must end in /v3' }).meta({ pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+/([^?#]+/)?v3/*$', description: 'Where keystone is, with its /v3' }),
  username: text.optional().meta({ description: 'With password and project; or access_key and secret_key instead' }),
  password: text.optional().meta({ description: 'Secret. Goes with username' }),
  project: text.optional().meta({ description: 'Name of the project to work in; not with access_key' }),
  domain: text.default('Default').meta({ description: 'Domain of the user. Default Default' }),
  project_domain: text.default('Default').meta({ description: 'Domain of the project. Default Default' }),
  access_key: text.optional().meta({ description: 'With secret_key, instead of username, password and project' }),
  secret_key: text.optional().meta({ description: 'Secret. Goes with access_key' }),
  scope: z.enum(['project', 'domain', 'system']).default('project').meta({ description: 'Whose servers a list shows: the project\'s, those of its domain, or all. The wider ones need an administrator\'s rights. Default project' }),
  region: text.optional().meta({ description: 'Keystone\'s region, which is not the region of a server' }),
  interface: z.enum(['public', 'internal', 'admin']).default('public').meta({ description: 'Which endpoints of the catalogue to use; public falls back to internal. Default public' }),
  compute_url: httpUrl.optional().meta({ description: 'The compute service, instead of the catalogue\'s' }),
  allowed_hosts: z.array(hostName).min(1).optional().meta({ description: 'Hosts that endpoints of the catalogue may be on; default: the one of auth_url' })
}).superRefine((account, context) => {
  const complain = (member: string, message: string): void => { context.addIssue({ code: 'custom', path: [member], message }) }
  if (account.access_key === undefined && account.secret_key === undefined) {
    if (account.username === undefined) complain('username', 'is needed where there is no access_key')
    if (account.password === undefined) complain('password', 'is needed, with username, where there is no access_key')
    if (account.project === undefined) complain('project', 'is needed, with username, where there is no access_key')
    return
  }
  if (account.access_key === undefined) complain('access_key', 'is needed, with secret_key')
  if (account.secret_key === undefined) complain('secret_key', 'is needed, with access_key')
  if (account.username !== undefined) complain('username', 'can not stand beside access_key')
  if (account.password !== undefined) complain('password', 'can not stand beside access_key')
  if (account.project !== undefined) complain('project', 'can not stand beside access_key: the key has a project')
}).meta(oneWayOf(['access_key', 'secret_key'], ['username', 'password', 'project']))
export type OnecloudAccount = z.infer<typeof onecloudAccountSchema>

export const example: OnecloudAccount = {
  auth_url: 'https://pods.example.com:5000/v3',
  username: 'gateway',
  password: 'example',
  project: 'demo',
  domain: 'Default',
  project_domain: 'Default',
  scope: 'project',
  interface: 'public'
}

function isHostName (name: string): boolean {
  return URL.canParse(`http://${name}`) && new URL(`http://${name}`).hostname === name.toLowerCase()
}
