import { randomBytes } from 'node:crypto'
import type { Person } from './people.ts'
import { projectName, type TokenRow, type World } from './world.ts'
import { serviceCatalog } from './service-catalog.ts'
import { tokenTime, type Json } from './values.ts'

export interface Caller {
  /** A guest has no token, or one that is invalid, expired, revoked or without a project. */
  readonly guest: boolean
  readonly admin: boolean
  readonly projectId: string
  readonly person: Person | undefined
}

const guest: Caller = { guest: true, admin: false, projectId: '', person: undefined }

const findToken = (world: World, id: string | undefined): TokenRow | undefined => {
  const token = world.tokens.get(id ?? '')
  return token !== undefined && token.expiresAt > world.now() ? token : undefined
}

export const callerOf = (world: World, id: string | undefined): Caller => {
  const token = findToken(world, id)
  if (token === undefined || token.projectId === '') return guest
  return { guest: false, admin: token.person.admin, projectId: token.projectId, person: token.person }
}

/** The widest scope the caller has, as the refusals name it. */
export const allowedScope = (caller: Caller): string => caller.guest ? 'none' : caller.admin ? 'system' : 'project'

export const issueToken = (world: World, grant: Omit<TokenRow, 'id' | 'issuedAt' | 'expiresAt'>): TokenRow => {
  const now = world.now()
  const id = world.behavior.tokenFormat === 'hex' ? randomBytes(32).toString('hex') : `gAAAAA${randomBytes(240).toString('base64url')}`
  const token = { ...grant, id, issuedAt: now, expiresAt: now + 86_400_000 }
  world.tokens.set(id, token)
  world.logins += 1
  return token
}

const role = { id: 'f9dce45935b349168abea675733d681c', name: 'project_owner' }

const named = (world: World, id: string): Json => ({ id, name: world.domains.get(id) ?? id })

const projectOf = (world: World, id: string): Json => ({ domain: named(world, 'default'), id, name: projectName(world, id) })

const userOf = (world: World, person: Person): Json => ({ domain: named(world, person.domainId), id: person.id, name: person.name })

export const tokenBody = (world: World, token: TokenRow): Json => {
  const { behavior } = world
  const key = token.accessKey
  return {
    access_key: key === undefined ? { expire: 0 } : { access_key: key.id, expire: 0, secret: key.secret },
    audit_ids: [key?.id ?? '2'],
    context: { ip: '127.0.0.1', source: 'api' },
    expires_at: tokenTime(token.expiresAt, behavior.expiresDigits),
    is_domain: false,
    issued_at: tokenTime(token.issuedAt, behavior.expiresDigits),
    methods: [token.method],
    user: userOf(world, token.person),
    ...(token.projectId === '' ? { projects: token.person.projects.map(id => projectOf(world, id)) } : scoped(world, token))
  }
}

const scoped = (world: World, token: TokenRow): Json => {
  const catalog = serviceCatalog(world)
  const policies = token.person.admin ? { project: ['projectadmin'], system: ['sysadmin'] } : { project: ['projectadmin'] }
  const roles = [token.person.admin ? { ...role, name: 'admin' } : role]
  return { ...(catalog.length === 0 ? {} : { catalog }), policies, project: projectOf(world, token.projectId), roles }
}
