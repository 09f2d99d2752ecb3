import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, malformed, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { SignIn, Token } from '../contract.ts'
import { chooseEndpoint } from './auth-endpoints.ts'
import { signInFailure } from './failures.ts'
import { tokenWire, type ServiceWire, type TokenWire } from './schema.ts'
import type { OnecloudAccount } from './settings.ts'
import { accessKeySecret } from './auth-signature.ts'

/** `POST {auth_url}/auth/tokens`: pkg/keystone/tokens. */
export const signIn = (account: OnecloudAccount): SignIn => async upstream => await upstream.send({
  name: 'auth/tokens',
  intent: 'read',
  build: () => ({
    method: 'POST',
    url: `${account.auth_url}/auth/tokens`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ auth: authOf(account, new Date()) })
  }),
  read: response => readToken(account, response)
})

/** Exactly one method, since keystone refuses two. An access key has a fixed project; a scope beside it is ignored. */
function authOf (account: OnecloudAccount, now: Date): object {
  const { access_key: id, secret_key: secret, region: location = 'region0' } = account
  if (id !== undefined && secret !== undefined) {
    return { identity: { methods: ['aksk'], access_key_secret: accessKeySecret({ id, secret, location }, now) } }
  }
  const user = { name: account.username, password: account.password, domain: { name: account.domain } }
  // Always a project: keystone refuses a domain token to every user. Wider scopes are requested with each call, see `scopeQuery`.
  const scope = { project: { name: account.project, domain: { name: account.project_domain } } }
  return { identity: { methods: ['password'], password: { user } }, scope }
}

/** The body repeats an access key's secret, so only these members are kept. */
function readToken (account: OnecloudAccount, response: HttpResponse): Token {
  if (!isSuccess(response)) throw refused(response, signInFailure(response))
  const { token } = parseWire(tokenWire, parseJson(response.text), response)
  const value = response.headers['x-subject-token'] ?? ''
  if (value === '') throw malformed(response, 'the sign-in returned no X-Subject-Token')
  const expiresAt = Date.parse(token.expires_at ?? '')
  return {
    value,
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
    idleMs: null,
    data: { ...endpointsOf(account, token.catalog ?? [], response), ...projectOf(token) }
  }
}

/** The token's project, for accounts without the right to list projects. */
function projectOf ({ project }: TokenWire): Record<string, string> {
  if (typeof project?.id !== 'string') return {}
  return { project: project.id, ...(typeof project.name === 'string' ? { project_name: project.name } : {}) }
}

const optionalServices = ['image', 'webconsole', 'identity'] as const

/** The compute endpoint is mandatory; the others are checked by the verbs that need them. */
function endpointsOf (account: OnecloudAccount, catalogue: readonly ServiceWire[], response: HttpResponse): Record<string, string> {
  const compute = account.compute_url === undefined ? chooseEndpoint(catalogue, 'compute_v2', account) : { url: account.compute_url }
  if ('fault' in compute) throw new UpstreamError('forbidden', compute.fault, { status: response.status })
  const others = optionalServices.flatMap(type => {
    const chosen = chooseEndpoint(catalogue, type, account)
    return 'url' in chosen ? [[type, chosen.url] as const] : []
  })
  return { compute: compute.url, ...Object.fromEntries(others) }
}

export const authorization = (token: Token | null): Record<string, string> => ({ 'x-auth-token': token?.value ?? '' })
