import { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, refused } from '../../upstream/read.ts'
import type { SignIn, Token, Upstream } from '../contract.ts'
import { applicationCredentialAuth, keystoneHeaders, keystoneToken, passwordAuth, type Grant } from '../kit/keystone.ts'
import { chooseEndpoint, regionsOf } from '../kit/keystone-catalog.ts'
import { callFailure, signInFailure } from './failures.ts'
import type { OpenstackAccount } from './settings.ts'

/** The services by catalog type, and the version that their paths begin with where the catalog does not say one. */
const services = { compute: '/v2.1', image: '/v2', network: '/v2.0' } as const
export type Service = keyof typeof services
const serviceNames = ['compute', 'image', 'network'] as const satisfies readonly Service[]

/** A token, the endpoints that it is for, and the microversion of Nova that is used for as long as the token is. */
export const signIn = (account: OpenstackAccount): SignIn => async upstream => {
  const token = await keystoneToken(upstream, {
    authUrl: account.auth_url,
    auth: () => authOf(account),
    toFailure: signInFailure,
    dataOf: (grant, response) => dataOf(account, grant, response)
  })
  return { ...token, data: { ...token.data, microversion: `2.${Math.min(wanted, await newestMicroversion(upstream, token))}` } }
}

function authOf (account: OpenstackAccount): object {
  const { application_credential_id: id, application_credential_secret: secret } = account
  return id !== undefined && secret !== undefined ? applicationCredentialAuth(id, secret) : passwordAuth(account)
}

/** Nova shows empty lists to a token without a project. Compute is mandatory; the other services are checked by the verbs that need them. */
function dataOf (account: OpenstackAccount, grant: Grant, { status }: HttpResponse): Record<string, string> {
  if (grant.project === null) throw new UpstreamError('forbidden', 'the sign-in returned a token without a project', { status })
  const endpoints = serviceNames.map(service => [service, endpointOf(account, grant, service)] as const)
  const compute = endpoints[0]?.[1]
  if (compute?.url === undefined) throw new UpstreamError('forbidden', compute?.fault ?? null, { status })
  return Object.fromEntries(endpoints.map(([service, { url, fault, isAbsent }]) =>
    url !== undefined ? [service, url] : [`${service}_${isAbsent ? 'absent' : 'fault'}`, fault]))
}

interface Found {
  readonly url?: string
  readonly fault: string
  readonly isAbsent: boolean
}

function endpointOf (account: OpenstackAccount, { catalog }: Grant, service: Service): Found {
  const url = { compute: account.compute_url, image: account.image_url, network: account.network_url }[service]
  if (url !== undefined) return { url: withVersion(url, service), fault: '', isAbsent: false }
  const rules = { ...account, interfaces: [account.interface] }
  const regions = regionsOf(catalog, service, rules)
  if (account.region === undefined && regions.length > 1) {
    return { fault: `the catalog has several regions; set region to one of ${regions.join(', ')}`, isAbsent: false }
  }
  const chosen = chooseEndpoint(catalog, service, rules)
  if ('url' in chosen) return { url: withVersion(chosen.url, service), fault: '', isAbsent: false }
  return { ...chosen, fault: `${chosen.fault}${regions.length > 0 && chosen.isAbsent ? `; it has ${regions.join(', ')}` : ''}` }
}

const withVersion = (url: string, service: Service): string =>
  /\/v\d+(\.\d+)?(\/[^/]+)?$/.test(url) ? url : `${url}${services[service]}`

const wanted = 79
/** The first that shows all members read here: Queens, 2018. */
const leastMinor = 60

const versionWire = z.object({ version: z.object({ version: z.string().regex(/^(2\.\d{1,4})?$/) }) })

/** `GET {compute}/`. Where it cannot be read, the wanted one is assumed; a cloud that lacks it says so with every call. */
const newestMicroversion = async (upstream: Upstream, token: Token): Promise<number> => await upstream.send({
  name: 'versions',
  intent: 'read',
  build: () => ({
    method: 'GET',
    // An old catalog has the project behind the version.
    url: `${(token.data['compute'] ?? '').replace(/(\/v2(?:\.\d+)?)\/[^/]+$/, '$1')}/`,
    headers: { ...keystoneHeaders(token), accept: 'application/json' }
  }),
  read: response => {
    if (response.status === 429 || response.status >= 500) throw refused(response, callFailure(response))
    const read = isSuccess(response) ? versionWire.safeParse(parseJson(response.text)) : null
    if (read?.success !== true) return wanted
    const minor = Number(read.data.version.version.slice('2.'.length))
    if (minor >= leastMinor) return minor
    throw new UpstreamError('unsupported', `the compute API is too old: microversion 2.${leastMinor} is needed`, { status: response.status })
  }
})
