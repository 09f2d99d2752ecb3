import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { encode, problem } from './call.ts'
import { defaultBehavior, type HeficedBehavior } from './behavior.ts'
import { dispatch } from './routes.ts'
import { allowedScopes, clientId, clientSecret, createTokenEndpoint, tokenPath, type TokenEndpoint } from './tokens.ts'
import { createWorld, type World } from './world.ts'

export type HeficedOptions = VendorOptions<HeficedBehavior>
export type HeficedSandbox = Awaited<ReturnType<typeof startHeficed>>
export type HeficedSettings = ReturnType<typeof settingsFor>

const settingsFor = (organizationId: string, origin: string) => ({
  organization_id: organizationId,
  ...{ client_id: clientId, client_secret: clientSecret, scopes: allowedScopes },
  ...{ api_url: origin, token_url: `${origin}${tokenPath}` }
})

/** The token host and the API host share one listener; `/oauth2/token` belongs to the token host. */
export const startHeficed = async ({ clock = Date.now, behavior, ...options }: HeficedOptions = {}) => {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock)
  const tokens = createTokenEndpoint(clock)
  return await startVendor(world, (_world, request) => answer(world, tokens, request), options, origin => ({
    settings: { 'heficed-main': settingsFor(world.organizationId, origin) },
    /** The vendor's rows; due changes are applied at the next request or `statusOf`. */
    servers: world.servers,
    /** Tokens issued. */
    get logins () { return tokens.logins },
    statusOf: (id: number) => {
      world.settle()
      return world.servers.get(id)?.status
    },
    revokeTokens: tokens.revokeAll
  }))
}

function answer (world: World, tokens: TokenEndpoint, request: SimulatedRequest): SimulatedReply {
  if (request.path === tokenPath) return tokens.answer(request)
  const grant = tokens.grantOf(request.headers['authorization'])
  if (grant !== undefined) return encode(dispatch({ world, request }, grant))
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  return encode(problem({ world, request }, { status: 401, detail: 'The access token is invalid or expired', headers }))
}
