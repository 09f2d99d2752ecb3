import { z } from 'zod'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

/** Either `email` and `password`, optionally with `as_user` to act as that user, or an existing `token`. */
export const vmmanagerAccountSchema = z.strictObject({
  url: httpUrl.meta({ description: 'URL of the platform\'s panel' }),
  email: z.string().min(1).optional().meta({ description: 'User to sign in as; requires password. Alternative: token' }),
  password: z.string().min(1).optional().meta({ description: 'Secret. Required with email' }),
  token: z.string().regex(/^[\x21-\x7e]+$/, { error: 'must be visible ASCII without spaces' }).optional()
    .meta({ description: 'Secret. A long-lived token; replaces email and password' }),
  as_user: z.string().regex(/[^.]/, { error: 'must be an e-mail address or a user id' }).optional()
    .meta({
      description: 'Sign in as this user (e-mail address or id) with a key; email and password must then belong to an administrator'
    }),
  auth_prefix: z.enum(['', '/api']).default('').meta({ description: 'Prefix of /auth in paths. Default: none' }),
  login_link_path: z.string().regex(/^(\/[\w-]+)+$/, { error: 'must be a path without a trailing slash' }).default('/auth/key')
    .meta({ description: 'Panel path that accepts the key of a login link. Default /auth/key' })
}).superRefine((account, context) => {
  const complain = (member: string, message: string): void => { context.addIssue({ code: 'custom', path: [member], message }) }
  if (account.token === undefined) {
    if (account.email === undefined) complain('email', 'is required, with password, without token')
    if (account.password === undefined) complain('password', 'is required, with email, without token')
    return
  }
  if (account.email !== undefined) complain('email', 'cannot be combined with token')
  if (account.password !== undefined) complain('password', 'cannot be combined with token')
  if (account.as_user !== undefined) complain('as_user', 'requires email and password of an administrator instead of a token')
}).meta({ ...oneWayOf(['token'], ['email', 'password']), dependentRequired: { as_user: ['email', 'password'] } })
export type VmmanagerAccount = z.infer<typeof vmmanagerAccountSchema>

export const example: VmmanagerAccount = {
  url: 'https://vm.example.com',
  email: 'admin@example.com',
  password: 'example',
  auth_prefix: '',
  login_link_path: '/auth/key'
}
