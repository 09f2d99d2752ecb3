import { randomBytes } from 'node:crypto'
import type { Person } from './people.ts'
import { hexId, tokenTime, type Json } from './values.ts'
import { projectName, type TokenRow, type World } from './world.ts'

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

const service = (name: string, type: string, path: string, internal: string) => ({ name, type, path, internal })

type Service = ReturnType<typeof service>

const services: readonly Service[] = [
  service('keystone', 'identity', '/v3', 'keystone.cloud.invalid:30500/v3'),
  service('glance', 'image', '/image/v1', 'glance.cloud.invalid:30292/v1'),
  service('region2', 'compute_v2', '/compute', 'region.cloud.invalid:30888'),
  service('scheduler', 'scheduler', '/scheduler', 'scheduler.cloud.invalid:30887'),
  service('webconsole', 'webconsole', '/webconsole-service', 'webconsole.cloud.invalid:30899')
]

/** The order of services and endpoints changes with every answer. */
const serviceCatalog = (world: World): Json[] => {
  const shown = services.filter(({ type }) => !world.behavior.withoutServices.includes(type))
  return rotate(shown, world.logins).map(row => ({
    id: hexId(row.name), name: row.name, type: row.type, endpoints: rotate(endpointsOf(world, row), world.logins)
  }))
}

const endpointsOf = ({ behavior, origin }: World, { name, path, internal }: Service): Json[] => {
  const slash = behavior.trailingSlashes ? '/' : ''
  const outside = `${origin}${path}${slash}`
  const endpoint = (kind: 'internal' | 'public', url: string): Json =>
    ({ id: hexId(`${name}-${kind}`), interface: kind, name: `${name}-${kind}`, region: 'region0', region_id: 'region0', url })
  switch (behavior.endpoints) {
    case 'both': return [endpoint('internal', `http://${internal}${slash}`), endpoint('public', outside)]
    case 'internal': return [endpoint('internal', outside)]
    case 'public': return [endpoint('public', outside)]
  }
}

const rotate = <T>(items: readonly T[], by: number): T[] => {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
