import { randomUUID } from 'node:crypto'
import { isRecord, parseJson, recordOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { keystoneError, ok, type Handler } from './call.ts'
import { project } from './seed.ts'
import type { World } from './world.ts'

export const credentials = {
  user: { username: 'demo', password: 'SECRET-Passw0rd-9x', project: 'demo', domain: 'Default', project_domain: 'Default' },
  application: { application_credential_id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90', application_credential_secret: 'SECRET-of-the-application' }
} as const

const unauthorized = (): SimulatedReply => keystoneError(401, 'Unauthorized', 'The request you have made requires authentication.')

export const isSignedIn = ({ tokens, now }: World, { headers }: SimulatedRequest): boolean =>
  (tokens.get(headers['x-auth-token'] ?? '') ?? 0) > now()
export const notSignedIn = (): SimulatedReply =>
  ({ ...unauthorized(), headers: { 'www-authenticate': 'Keystone uri="http://keystone.internal:5000"' } })

export const signIn: Handler = ({ world, request }) => {
  const body = parseJson(request.body)
  const auth = isRecord(body) ? recordOf(body, 'auth') : undefined
  const refusal = auth === undefined ? keystoneError(400, 'Bad Request', "'auth' is a required property") : refusalOf(auth)
  if (refusal !== null) return refusal
  const token = `gAAAAAB${randomUUID().replaceAll('-', '').repeat(5)}`
  const expires = Math.floor(world.now() / 1000 + world.behavior.tokenSeconds) * 1000
  world.tokens.set(token, expires)
  return { status: 201, headers: { 'x-subject-token': token }, body: { token: tokenOf(world, request, expires) } }
}

function refusalOf (auth: Json): SimulatedReply | null {
  const identity = recordOf(auth, 'identity') ?? {}
  const scope = recordOf(auth, 'scope')
  const [method] = Array.isArray(identity['methods']) ? identity['methods'] : []
  if (method === 'application_credential') {
    const given = recordOf(identity, 'application_credential') ?? {}
    const { application_credential_id: id, application_credential_secret: secret } = credentials.application
    if (scope !== undefined) return keystoneError(401, 'Unauthorized', 'Application credentials cannot request a scope.')
    if (given['id'] !== id) return keystoneError(404, 'Not Found', `Could not find Application Credential: ${String(given['id'])}.`)
    return given['secret'] === secret ? null : unauthorized()
  }
  const user = recordOf(recordOf(identity, 'password') ?? {}, 'user') ?? {}
  const named = recordOf(scope ?? {}, 'project') ?? {}
  const domainOf = (of: Json): string | undefined => textOf(recordOf(of, 'domain') ?? {}, 'name')
  if (domainOf(user) === undefined) return keystoneError(400, 'Bad Request', 'Expecting to find domain in user.')
  const expected = credentials.user
  const isUser = user['name'] === expected.username && user['password'] === expected.password && domainOf(user) === 'Default'
  return isUser && named['name'] === expected.project && domainOf(named) === 'Default' ? null : unauthorized()
}

function tokenOf ({ behavior, iso, now }: World, { headers }: SimulatedRequest, expires: number): object {
  const host = headers['host'] ?? ''
  const endpoint = (at: string, path: string) => behavior.regions.flatMap(region => ['internal', 'public'].map(name => {
    const url = `http://${name === 'internal' ? 'internal.example.com' : at}${path}`
    return { id: `${region}-${name}`, interface: name, region, region_id: region, url }
  }))
  return {
    methods: ['password'],
    issued_at: iso(now()).replace('Z', '.000000Z'),
    expires_at: iso(expires).replace('Z', '.000000Z'),
    user: { name: credentials.user.username, domain: { id: 'default', name: 'Default' } },
    project: { id: project, name: 'demo', domain: { id: 'default', name: 'Default' } },
    roles: [{ id: 'member', name: 'member' }],
    catalog: [
      ...(behavior.hasNetwork ? [{ type: 'network', name: 'neutron', endpoints: endpoint(host, '/network') }] : []),
      { type: 'identity', name: 'keystone', endpoints: endpoint(host, '/identity/v3') },
      { type: 'compute', name: 'nova', endpoints: endpoint(behavior.computeHost === '' ? host : behavior.computeHost, '/compute/v2.1') },
      { type: 'image', name: 'glance', endpoints: endpoint(host, '/image') }
    ]
  }
}

export const computeVersion: Handler = ({ world }) =>
  ok({ version: { id: 'v2.1', status: 'CURRENT', min_version: '2.1', version: world.behavior.maxMicroversion, links: [] } })
