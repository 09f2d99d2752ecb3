import { z } from 'zod'

export const keystoneInterfaces = ['public', 'internal', 'admin'] as const

export const hostName = z.string()
  .refine(isHostName, { error: 'must be a host name or IP address without port or path' })
  .transform(name => name.toLowerCase())

function isHostName (name: string): boolean {
  return URL.canParse(`http://${name}`) && new URL(`http://${name}`).hostname === name.toLowerCase()
}

interface Context {
  addIssue(issue: { readonly code: 'custom', readonly path: string[], readonly message: string }): void
}

/** Either the two keys of a credential, whose project is fixed, or a user with a password and a project. */
export const oneSignIn = <Id extends string, Secret extends string>(id: Id, secret: Secret) =>
  (account: Readonly<Partial<Record<Id | Secret | 'username' | 'password' | 'project', string | undefined>>>, context: Context): void => {
    const complain = (member: string, message: string): void => { context.addIssue({ code: 'custom', path: [member], message }) }
    if (account[id] === undefined && account[secret] === undefined) {
      if (account.username === undefined) complain('username', `is required without ${id}`)
      if (account.password === undefined) complain('password', `is required, with username, without ${id}`)
      if (account.project === undefined) complain('project', `is required, with username, without ${id}`)
      return
    }
    if (account[id] === undefined) complain(id, `is required with ${secret}`)
    if (account[secret] === undefined) complain(secret, `is required with ${id}`)
    if (account.username !== undefined) complain('username', `cannot be combined with ${id}`)
    if (account.password !== undefined) complain('password', `cannot be combined with ${id}`)
    if (account.project !== undefined) complain('project', `cannot be combined with ${id}, whose project is fixed`)
  }
