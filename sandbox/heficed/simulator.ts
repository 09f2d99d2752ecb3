import {
  startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator, type SimulatorOptions
} from '../kit/simulator.ts'
import { encode, problem } from './call.ts'
import { defaultKnobs, type HeficedKnobs } from './knobs.ts'
import { dispatch } from './routes.ts'
import { clientId, clientSecret, createTokenDesk, tokenPath, type TokenDesk } from './tokens.ts'
import type { Instance } from './wire.ts'
import { createWorld, type World } from './world.ts'

export interface HeficedOptions extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<HeficedKnobs>
}

export interface HeficedSettings {
  readonly organization_id: string
  readonly client_id: string
  readonly client_secret: string
  readonly api_url: string
  readonly token_url: string
  readonly scopes: readonly string[]
}

export interface HeficedSandbox extends Simulator {
  readonly knobs: HeficedKnobs
  readonly settings: Record<string, HeficedSettings>
  /** The vendor's own rows; changes that fell due are in them after the next request or `statusOf`. */
  readonly servers: Map<number, Instance>
  /** Orders that built a server. */
  readonly created: number
  /** Tokens issued. */
  readonly logins: number
  statusOf (id: number): string | undefined
  revokeTokens (): void
}

/** The token host and the API host share one listener: `/oauth2/token` is the one, the rest is the other. */
export async function startHeficed ({ clock = Date.now, knobs, ...options }: HeficedOptions = {}): Promise<HeficedSandbox> {
  const world = createWorld({ ...defaultKnobs(), ...knobs }, clock)
  const desk = createTokenDesk(clock)
  const simulator = await startSimulator(request => answer(world, desk, request), options)
  const settings = {
    organization_id: world.organizationId,
    client_id: clientId,
    client_secret: clientSecret,
    api_url: simulator.origin,
    token_url: `${simulator.origin}${tokenPath}`,
    scopes: ['kronoscloud', 'ipswitch', 'sshkeys']
  }
  return withMembers(simulator, {
    knobs: world.knobs,
    settings: { 'heficed-main': settings },
    servers: world.servers,
    get created () { return world.created },
    get logins () { return desk.logins },
    statusOf: (id: number) => {
      world.settle()
      return world.servers.get(id)?.status
    },
    revokeTokens: desk.revokeAll
  })
}

function answer (world: World, desk: TokenDesk, request: SimulatedRequest): SimulatedReply {
  world.settle()
  if (request.path === tokenPath) return desk.answer(request)
  const grant = desk.grantOf(request.headers['authorization'])
  if (grant !== undefined) return encode(dispatch({ world, request }, grant))
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  return encode(problem({ world, request }, { status: 401, detail: 'The access token is invalid or expired', headers }))
}
