import { z } from 'zod'
import { compareText } from '../../domain/compare.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, malformed, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { ToFailure } from './failures.ts'
import { httpUrl } from './settings.ts'
import { text } from './wire.ts'

const name = z.string().min(1)

/** The keys of an account that signs in as a user, instead of with the credential `id` and `secret`. */
export const userKeys = (id: string, secret: string) => ({
  username: name.optional().meta({ description: `Requires password and project; alternative: ${id} and ${secret}` }),
  password: name.optional().meta({ description: 'Secret. Required with username' }),
  project: name.optional().meta({ description: `Name of the project; required with username, not allowed with ${id}` }),
  domain: name.default('Default').meta({ description: 'Domain of the user. Default: Default' }),
  project_domain: name.default('Default').meta({ description: 'Domain of the project. Default: Default' })
})

export const exampleUser = { username: 'gateway', password: 'example', project: 'demo', domain: 'Default', project_domain: 'Default' }

export const endpointInterface = z.enum(['public', 'internal', 'admin']).default('public')

const hostName = z.string()
  .refine(isHostName, { error: 'must be a host name or IP address without port or path' })
  .transform(host => host.toLowerCase())

function isHostName (host: string): boolean {
  return URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === host.toLowerCase()
}

export const allowedHosts = z.array(hostName).min(1).optional()
  .meta({ description: 'Allowed hosts of catalog endpoints. Default: the host of auth_url' })

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

type KeystoneUser = z.output<z.ZodObject<ReturnType<typeof userKeys>>>

/** Always with a project: without one the token sees nothing. */
export const passwordAuth = ({ username, password, domain, project, project_domain: projectDomain }: KeystoneUser): object => ({
  identity: { methods: ['password'], password: { user: { name: username, password, domain: { name: domain } } } },
  scope: { project: { name: project, domain: { name: projectDomain } } }
})

const endpointWire = z.object({ interface: text, region_id: text, region: text, url: text })
type EndpointWire = z.infer<typeof endpointWire>

const serviceWire = z.object({ type: text, endpoints: z.array(endpointWire).nullish().catch(null) })
type ServiceWire = z.infer<typeof serviceWire>

/**
 * The token itself is in a header. An unscoped one comes without a catalog and a project. The rest of the body is not kept, because it
 * may repeat a secret.
 */
const grantWire = z.object({
  expires_at: text,
  catalog: z.array(serviceWire).catch([]),
  project: z.object({ id: z.string(), name: text }).nullable().catch(null)
})
export type Grant = z.infer<typeof grantWire>

const answerWire = z.object({ token: grantWire })

interface KeystoneSignIn {
  /** Ends in /v3. */
  readonly authUrl: string
  /** The value of the member `auth`. */
  auth(): object
  readonly toFailure: ToFailure
  /** The facts that later calls need; throws if the token is of no use. */
  dataOf(grant: Grant, response: HttpResponse): Readonly<Record<string, string>>
}

/** `POST {auth_url}/auth/tokens`: docs.openstack.org/api-ref/identity/v3 */
export const keystoneToken = async (upstream: Upstream, { authUrl, auth, toFailure, dataOf }: KeystoneSignIn): Promise<Token> =>
  await upstream.send({
    name: 'auth/tokens',
    intent: 'read',
    build: () => ({
      method: 'POST',
      url: `${authUrl}/auth/tokens`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ auth: auth() })
    }),
    read: response => {
      if (!isSuccess(response)) throw refused(response, toFailure(response))
      const { token } = parseWire(answerWire, parseJson(response.text), response)
      const value = response.headers['x-subject-token'] ?? ''
      if (value === '') throw malformed(response, 'the sign-in returned no X-Subject-Token')
      const expiresAt = Date.parse(token.expires_at ?? '')
      return { value, expiresAt: Number.isFinite(expiresAt) ? expiresAt : null, idleMs: null, data: dataOf(token, response) }
    }
  })

export const keystoneHeaders = (token: Token | null): Record<string, string> => ({ 'x-auth-token': token?.value ?? '' })

/** What decides which endpoints of the catalog are used. */
interface EndpointRules {
  readonly auth_url: string
  /** In order of preference. */
  readonly interfaces: readonly string[]
  readonly region?: string | undefined
  readonly allowed_hosts?: readonly string[] | undefined
}

/** A usable endpoint, or why there is none; `isAbsent`: the catalog does not have it. */
export type Chosen = { readonly url: string } | { readonly fault: string, readonly isAbsent: boolean }

const endpointsOf = (catalog: readonly ServiceWire[], type: string): EndpointWire[] =>
  catalog.filter(service => service.type === type).flatMap(service => service.endpoints ?? [])

/** The endpoint of a service type, by interface and region. It receives the token, so its host must be allowed. */
export function chooseEndpoint (catalog: readonly ServiceWire[], type: string, rules: EndpointRules): Chosen {
  const endpoints = endpointsOf(catalog, type)
  const found = rules.interfaces.map(name => firstOf(endpoints, name, rules.region)).find(endpoint => endpoint !== undefined)
  if (found === undefined) return { fault: `the catalog has no ${type} endpoint for the configured interface and region`, isAbsent: true }
  const url = httpUrl.safeParse(found.url)
  const fault = url.success ? faultOf(new URL(url.data), rules) : 'is not a plain http or https URL'
  return url.success && fault === null ? { url: url.data } : { fault: `the catalog's ${type} endpoint ${fault}`, isAbsent: false }
}

/** The regions in which the catalog has a service. */
export const regionsOf = (catalog: readonly ServiceWire[], type: string, interfaceName: string): string[] => [...new Set(
  endpointsOf(catalog, type).filter(endpoint => endpoint.interface === interfaceName).map(regionOf)
)].sort(compareText)

const regionOf = ({ region_id: id, region }: EndpointWire): string => id ?? region ?? ''

/** The catalog's order changes with every answer; two sign-ins must not end in two regions. */
const firstOf = (endpoints: readonly EndpointWire[], interfaceName: string, region = ''): EndpointWire | undefined => endpoints
  .filter(endpoint => endpoint.interface === interfaceName && (region === '' || regionOf(endpoint) === region))
  .sort((a, b) => compareText(regionOf(a), regionOf(b)) || compareText(a.url ?? '', b.url ?? ''))[0]

function faultOf (url: URL, rules: EndpointRules): string | null {
  const home = new URL(rules.auth_url)
  const allowed = rules.allowed_hosts ?? [home.hostname]
  if (!allowed.includes(url.hostname)) return `is on ${url.hostname}, which is not in allowed_hosts`
  if (home.protocol === 'https:' && url.protocol !== 'https:') return 'is http while auth_url is https'
  return null
}
