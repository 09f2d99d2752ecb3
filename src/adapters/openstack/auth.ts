import { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, refused } from '../../upstream/read.ts'
import type { SignIn, Token, Upstream } from '../contract.ts'
import { chooseEndpoint, keystoneHeaders, keystoneToken, passwordAuth, regionsOf, type Chosen, type Grant } from '../kit/keystone.ts'
import { callFailure, signInFailure } from './failures.ts'
import type { OpenstackAccount } from './settings.ts'

/** The services by catalog type, and the version to use if the catalog's URL has none. */
const services = [['compute', '/v2.1'], ['image', '/v2'], ['network', '/v2.0']] as const
export type Service = typeof services[number][0]

/** A token, its endpoints, and the microversion of Nova that is used as long as the token is valid. */
export const signIn = (account: OpenstackAccount): SignIn => async upstream => {
  const token = await keystoneToken(upstream, {
    authUrl: account.auth_url,
    auth: () => authOf(account),
    toFailure: signInFailure,
    dataOf: (grant, response) => dataOf(account, grant, response)
  })
  return { ...token, data: { ...token.data, microversion: `2.${Math.min(preferredMinor, await newestMinor(upstream, token))}` } }
}

/** An application credential has a fixed project; a scope beside it is refused. */
function authOf (account: OpenstackAccount): object {
  const { application_credential_id: id, application_credential_secret: secret } = account
  if (id === undefined || secret === undefined) return passwordAuth(account)
  return { identity: { methods: ['application_credential'], application_credential: { id, secret } } }
}

/**
 * Nova shows empty lists to a token without a project. Compute is mandatory; the other services are checked by the verbs that need them.
 */
function dataOf (account: OpenstackAccount, grant: Grant, { status }: HttpResponse): Record<string, string> {
  if (grant.project === null) throw new UpstreamError('forbidden', 'the sign-in returned a token without a project', { status })
  return Object.fromEntries(services.map(([service, version]) => {
    const chosen = endpointOf(account, grant, service)
    if ('url' in chosen) return [service, /\/v\d+(\.\d+)?(\/[^/]+)?$/.test(chosen.url) ? chosen.url : `${chosen.url}${version}`]
    if (service === 'compute') throw new UpstreamError('forbidden', chosen.fault, { status })
    return [`${service}_${chosen.isAbsent ? 'absent' : 'fault'}`, chosen.fault]
  }))
}

function endpointOf (account: OpenstackAccount, { catalog }: Grant, service: Service): Chosen {
  const url = account[`${service}_url`]
  if (url !== undefined) return { url }
  const regions = regionsOf(catalog, service, account.interface)
  if (account.region === undefined && regions.length > 1) {
    return { fault: `the catalog has several regions; set region to one of ${regions.join(', ')}`, isAbsent: false }
  }
  const chosen = chooseEndpoint(catalog, service, { ...account, interfaces: [account.interface] })
  if ('url' in chosen || !chosen.isAbsent || regions.length === 0) return chosen
  return { fault: `${chosen.fault}; it has ${regions.join(', ')}`, isAbsent: true }
}

const preferredMinor = 79
/** The first version with all members that are read here: Queens, 2018. */
const leastMinor = 60

const versionWire = z.object({ version: z.object({ version: z.string().regex(/^(2\.\d{1,4})?$/) }) })

/** `GET {compute}/`. If it cannot be read, the preferred one is assumed; a cloud that lacks it refuses every call. */
const newestMinor = async (upstream: Upstream, token: Token): Promise<number> => await upstream.send({
  name: 'versions',
  intent: 'read',
  build: () => ({
    method: 'GET',
    // An old catalog has the project after the version.
    url: `${(token.data['compute'] ?? '').replace(/(\/v2(?:\.\d+)?)\/[^/]+$/, '$1')}/`,
    headers: { ...keystoneHeaders(token), accept: 'application/json' }
  }),
  read: response => {
    const { status } = response
    if (status === 429 || status >= 500) throw refused(response, callFailure(response))
    const read = isSuccess(response) ? versionWire.safeParse(parseJson(response.text)) : null
    if (read?.success !== true) return preferredMinor
    const minor = Number(read.data.version.version.slice('2.'.length))
    if (minor >= leastMinor) return minor
    throw new UpstreamError('unsupported', `the compute API is too old: microversion 2.${leastMinor} is needed`, { status })
  }
})
