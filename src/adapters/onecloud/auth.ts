import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import type { SignIn } from '../contract.ts'
import { chooseEndpoint } from '../kit/keystone-catalog.ts'
import { keystoneToken, passwordAuth, type Grant } from '../kit/keystone.ts'
import { signInFailure } from './failures.ts'
import type { OnecloudAccount } from './settings.ts'
import { accessKeySecret } from './auth-signature.ts'

/** The vendor's source: pkg/keystone/tokens. */
export const signIn = (account: OnecloudAccount): SignIn => async upstream => await keystoneToken(upstream, {
  authUrl: account.auth_url,
  auth: () => authOf(account, new Date(upstream.now())),
  toFailure: signInFailure,
  dataOf: (grant, response) => ({ ...endpointsOf(account, grant, response), ...projectOf(grant) })
})

/** Exactly one method, since keystone refuses two. An access key has a fixed project; a scope beside it is ignored. */
function authOf (account: OnecloudAccount, now: Date): object {
  const { access_key: id, secret_key: secret, region: location = 'region0' } = account
  if (id !== undefined && secret !== undefined) {
    return { identity: { methods: ['aksk'], access_key_secret: accessKeySecret({ id, secret, location }, now) } }
  }
  // Always a project: keystone refuses a domain token to every user. Wider scopes are requested with each call, see `scopeQuery`.
  return passwordAuth(account)
}

/** The token's project, for accounts without the right to list projects. */
const projectOf = ({ project }: Grant): Record<string, string> =>
  project === null ? {} : { project: project.id, ...(project.name === null ? {} : { project_name: project.name }) }

const optionalServices = ['image', 'webconsole', 'identity'] as const

/** The compute endpoint is mandatory; the others are checked by the verbs that need them. */
function endpointsOf (account: OnecloudAccount, { catalog }: Grant, response: HttpResponse): Record<string, string> {
  const rules = { ...account, interfaces: account.interface === 'public' ? ['public', 'internal'] : [account.interface] }
  const compute = account.compute_url === undefined ? chooseEndpoint(catalog, 'compute_v2', rules) : { url: account.compute_url }
  if ('fault' in compute) throw new UpstreamError('forbidden', compute.fault, { status: response.status })
  const others = optionalServices.flatMap(type => {
    const chosen = chooseEndpoint(catalog, type, rules)
    return 'url' in chosen ? [[type, chosen.url] as const] : []
  })
  return { compute: compute.url, ...Object.fromEntries(others) }
}
