import { z } from 'zod'
import type { Failure, UpstreamErrorOptions } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, malformed, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import { text } from './wire.ts'

const endpointWire = z.object({ interface: text, region_id: text, region: text, url: text })
export type EndpointWire = z.infer<typeof endpointWire>

const serviceWire = z.object({ type: text, endpoints: z.array(endpointWire).nullish().catch(null) })
export type ServiceWire = z.infer<typeof serviceWire>

/** The token itself is in a header. An unscoped one comes without a catalog and a project. */
const tokenWire = z.object({
  token: z.object({
    expires_at: text,
    catalog: z.array(serviceWire).nullish().catch(null),
    project: z.object({ id: text, name: text }).nullish().catch(null)
  })
})

/** What a sign-in says beside the token. The rest of the body is not kept: it may repeat a secret. */
export interface Grant {
  readonly catalog: readonly ServiceWire[]
  readonly project: { readonly id: string, readonly name: string | null } | null
}

export interface KeystoneSignIn {
  /** Ends in /v3. */
  readonly authUrl: string
  /** The value of the member `auth`. */
  auth(): object
  toFailure(response: HttpResponse): UpstreamErrorOptions & { readonly failure: Failure }
  /** The facts that later calls need; throws if the token is of no use. */
  dataOf(grant: Grant, response: HttpResponse): Readonly<Record<string, string>>
}

/** `POST {auth_url}/auth/tokens`: docs.openstack.org/api-ref/identity/v3 */
export const keystoneToken = async (upstream: Upstream, { authUrl, auth, toFailure, dataOf }: KeystoneSignIn): Promise<Token> => await upstream.send({
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
    const { token } = parseWire(tokenWire, parseJson(response.text), response)
    const value = response.headers['x-subject-token'] ?? ''
    if (value === '') throw malformed(response, 'the sign-in returned no X-Subject-Token')
    const expiresAt = Date.parse(token.expires_at ?? '')
    const { id, name = null } = token.project ?? {}
    return {
      value,
      expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
      idleMs: null,
      data: dataOf({ catalog: token.catalog ?? [], project: typeof id === 'string' ? { id, name } : null }, response)
    }
  }
})

export const keystoneHeaders = (token: Token | null): Record<string, string> => ({ 'x-auth-token': token?.value ?? '' })

export interface KeystoneUser {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly domain: string
  readonly project?: string | undefined
  readonly project_domain: string
}

/** Always with a project: without one the token sees nothing. */
export const passwordAuth = ({ username, password, domain, project, project_domain: projectDomain }: KeystoneUser): object => ({
  identity: { methods: ['password'], password: { user: { name: username, password, domain: { name: domain } } } },
  scope: { project: { name: project, domain: { name: projectDomain } } }
})

/** Its project is fixed; a scope beside it is refused. */
export const applicationCredentialAuth = (id: string, secret: string): object => ({
  identity: { methods: ['application_credential'], application_credential: { id, secret } }
})
