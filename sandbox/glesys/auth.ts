import { ok, refuse, type Answer, type Call, type Route } from './answers.ts'
import { textOf } from './arguments.ts'
import type { ApiKey, Session, User, World } from './world.ts'

/** Who is calling. A project's own key has no user; a user's temporary key picks its context by the Basic user name. */
export interface Caller {
  readonly scope: 'project' | 'organization' | 'user' | 'nobody'
  readonly project: string
  readonly username: string
  readonly apiKey: string
  readonly permissions: 'all' | readonly string[]
  readonly hostAllowed: boolean
  readonly readOnly: boolean
}

const nobody: Caller = { scope: 'nobody', project: '', username: '', apiKey: '', permissions: [], hostAllowed: true, readOnly: true }

const accessDenied = (): Answer => refuse(401, 'Access Denied.')

const userContextNeeded = (): Answer =>
  refuse(401, 'This function requires you to be logged in as a user. User credentials from user/login')

/** Gives the caller, or the refusal with which the call ends before its arguments are looked at. */
export function admit (world: World, route: Route, request: { name: string, authorization: string | undefined }): Caller | Answer {
  if (route.context === 'anonymous') return nobody
  const caller = identify(world, request.authorization)
  if (caller === null) return accessDenied()
  if (world.knobs.accountLocked) return refuse(401, 'Account locked.')
  if (!caller.hostAllowed || !isPermitted(caller, route, request.name)) return permissionRefusal(world)
  if (route.context === 'user' && caller.scope === 'project') return userContextNeeded()
  if (route.context === 'project' && caller.scope !== 'project') return refuse(419, 'This function requires a project context.')
  return caller
}

const permissionRefusal = (world: World): Answer =>
  world.knobs.permissionRefusal === 'http-403' ? refuse(403, 'Access Denied.') : accessDenied()

function isPermitted (caller: Caller, route: Route, name: string): boolean {
  if (caller.readOnly && route.kind === 'writes') return false
  if (caller.permissions === 'all') return true
  const module = name.split('/')[0] ?? ''
  return caller.permissions.includes(name) || caller.permissions.includes(module)
}

function identify (world: World, authorization: string | undefined): Caller | null {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return null
  const name = text.slice(0, colon)
  const key = text.slice(colon + 1)
  const permanent = world.apiKeys.get(key)
  if (permanent !== undefined) return permanent.project === name ? fromApiKey(permanent) : null
  const session = liveSession(world, key)
  const user = session === undefined ? undefined : world.users.get(session.username)
  return user === undefined ? null : fromUser(user, name, key)
}

const fromApiKey = ({ project, key, permissions, hostAllowed }: ApiKey): Caller =>
  ({ scope: 'project', project, username: '', apiKey: key, permissions, hostAllowed, readOnly: false })

/** Every use of a temporary key gives it its whole life again. */
function liveSession (world: World, key: string): Session | undefined {
  const session = world.sessions.get(key)
  if (session === undefined) return undefined
  const now = world.clock()
  if (now - session.lastUsedAt >= world.knobs.keyLifetimeMs) {
    world.sessions.delete(key)
    return undefined
  }
  session.lastUsedAt = now
  return session
}

function fromUser (user: User, name: string, apiKey: string): Caller | null {
  const caller = { ...nobody, username: user.username, apiKey, permissions: 'all' as const, readOnly: false }
  if (name === user.username) return { ...caller, scope: 'user' }
  const account = user.accounts.find(entry => entry.account === name)
  if (account !== undefined) return { ...caller, scope: 'project', project: name, readOnly: !account.roles.includes('FullAccess') }
  return user.customers.some(entry => entry.customernumber === name) ? { ...caller, scope: 'organization' } : null
}

export function login ({ world, args }: Call): Answer {
  const user = world.users.get(textOf(args, 'username') ?? '')
  if (user === undefined || user.password !== textOf(args, 'password')) return accessDenied()
  if (world.knobs.otp !== null && textOf(args, 'otp') !== world.knobs.otp) return accessDenied()
  world.logins += 1
  const serial = String(world.logins).padStart(6, '0')
  const apikey = `SECRET000000000000${serial}-11111111-22222222-333333333333333333333333`
  world.sessions.set(apikey, { username: user.username, lastUsedAt: world.clock() })
  return ok({ login: { username: user.username, apikey, accounts: user.accounts, customers: user.customers } })
}

export function logout ({ world, apiKey }: Call): Answer {
  world.sessions.delete(apiKey)
  return ok()
}
