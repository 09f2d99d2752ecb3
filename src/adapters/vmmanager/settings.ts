import { z } from 'zod'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

/** Either `email` and `password`, with `as_user` where calls shall be that user's, or a ready `token`. */
export const vmmanagerAccountSchema = z.strictObject({
  url: httpUrl.meta({ description: 'Where the platform\'s panel is' }),
  email: z.string().min(1).optional().meta({ description: 'Whom to sign in as, with password; or a token instead' }),
  password: z.string().min(1).optional().meta({ description: 'Secret. Goes with email' }),
  token: z.string().regex(/^[\x21-\x7e]+$/, { error: 'must be visible ASCII without spaces' }).optional().meta({ description: 'Secret. A long-lived token, instead of email and password' }),
  as_user: z.string().regex(/[^.]/, { error: 'must be an e-mail address or a user id' }).optional()
    .meta({ description: 'Sign in as this user (e-mail address or id) by a key; email and password are then an administrator\'s' }),
  auth_prefix: z.enum(['', '/api']).default('').meta({ description: 'Stands before /auth in paths. Default: nothing' }),
  login_link_path: z.string().regex(/^(\/[\w-]+)+$/, { error: 'must be a path without a slash at its end' }).default('/auth/key')
    .meta({ description: 'Path of the panel that takes the key of a login link. Default /auth/key' })
}).superRefine((account, context) => {
  const complain = (member: string, message: string): void => { context.addIssue({ code: 'custom', path: [member], message }) }
  if (account.token === undefined) {
    if (account.email === undefined) complain('email', 'is needed, with password, where there is no token')
    if (account.password === undefined) complain('password', 'is needed, with email, where there is no token')
    return
  }
  if (account.email !== undefined) complain('email', 'can not stand beside token')
  if (account.password !== undefined) complain('password', 'can not stand beside token')
  if (account.as_user !== undefined) complain('as_user', 'needs email and password of an administrator, not a token')
}).meta({ ...oneWayOf(['token'], ['email', 'password']), dependentRequired: { as_user: ['email', 'password'] } })
export type VmmanagerAccount = z.infer<typeof vmmanagerAccountSchema>

export const example: VmmanagerAccount = {
  url: 'https://vm.example.com',
  email: 'admin@example.com',
  password: 'example',
  auth_prefix: '',
  login_link_path: '/auth/key'
}
