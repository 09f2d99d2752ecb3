import { ok, refuse, textOf, type Answer, type Call } from './call.ts'
import type { World } from './world.ts'

export const labProject = 'cl12345'
export const userProject = 'cl98765'
export const labKey = 'glesys-lab-SECRET-0123456789abcdef'
export const demoUser = { username: 'user@example.com', password: 'the&SECRET/Såuce?' } as const

interface Caller {
  readonly project: string
  /** Modules (`server`) or functions (`server/list`). */
  readonly permissions: 'all' | readonly string[]
}

/** The keys of the control panel. */
const apiKeys: ReadonlyMap<string, Caller> = new Map([
  [labKey, { project: labProject, permissions: 'all' }],
  ['glesys-listonly-SECRET-key', { project: labProject, permissions: ['server/list', 'ip'] }],
  ['glesys-empty-SECRET-key', { project: 'cl24680', permissions: 'all' }]
])

/** The projects that the user may work in. */
const userProjects: readonly string[] = [userProject, labProject]

/** A temporary key expires after this long without use; each use renews it. */
const keyLifetimeMs = 6 * 60 * 60 * 1000

const accessDenied = (): Answer => refuse(401, 'Access Denied.')

/** The caller, or the refusal of the call, before its arguments are read. */
export function admit (world: World, name: string, authorization: string | undefined): Caller | Answer {
  const caller = identify(world, authorization)
  if (caller === null) return accessDenied()
  const { permissions } = caller
  const module = name.split('/')[0] ?? ''
  return permissions === 'all' || permissions.includes(name) || permissions.includes(module) ? caller : accessDenied()
}

/** A project's own key belongs to it alone; a user's temporary key picks its project by the Basic user name. */
function identify (world: World, authorization: string | undefined): Caller | null {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1] ?? ''
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const [project, key] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)]
  const permanent = apiKeys.get(key)
  if (permanent !== undefined) return permanent.project === project ? permanent : null
  const usedAt = world.sessions.get(key)
  if (usedAt === undefined || world.now() - usedAt >= keyLifetimeMs) return null
  world.sessions.set(key, world.now())
  return userProjects.includes(project) ? { project, permissions: 'all' } : null
}

export function login ({ world, args }: Call): Answer {
  if (textOf(args, 'username') !== demoUser.username || textOf(args, 'password') !== demoUser.password) return accessDenied()
  world.logins += 1
  const serial = String(world.logins).padStart(6, '0')
  const apikey = `SECRET000000000000${serial}-11111111-22222222-333333333333333333333333`
  world.sessions.set(apikey, world.now())
  const accounts = userProjects.map(account => ({ account, description: null, roles: ['FullAccess'] }))
  const customers = [{ customernumber: '1337', description: null, roles: ['Owner'] }]
  return ok({ login: { username: demoUser.username, apikey, accounts, customers } })
}
