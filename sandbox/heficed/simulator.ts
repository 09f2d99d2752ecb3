import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../simulator.ts'
import { unauthorized } from './access.ts'
import { defaultKnobs, type HeficedKnobs } from './knobs.ts'
import { encode } from './replies.ts'
import { dispatch } from './routes.ts'
import { ordinaryRow } from './seed.ts'
import { clientId, clientSecret, createTokenDesk, tokenPath, type TokenDesk } from './tokens.ts'
import type { Instance, VendorEvent } from './wire.ts'
import { createWorld, type StoredSubnet, type World } from './world.ts'

export interface HeficedOptions {
  readonly port?: number
  readonly latencyMs?: number
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
  /** The vendor's own rows; changes that fell due are in them after the next request or `settle()`. */
  readonly servers: Map<number, Instance>
  readonly subnets: Map<string, StoredSubnet>
  /** What the web console would show; the API has no way to read it. */
  readonly events: readonly VendorEvent[]
  /** Orders that built a server. */
  readonly created: number
  /** Tokens issued. */
  readonly logins: number
  settle (): void
  statusOf (id: number): string | undefined
  revokeTokens (): void
  /** Adds ordinary rows and answers their ids. */
  addServers (count: number): number[]
}

/** The token host and the API host share one listener: `/oauth2/token` is the one, the rest is the other. */
export async function startHeficed (options: HeficedOptions = {}): Promise<HeficedSandbox> {
  const clock = options.clock ?? Date.now
  const knobs: HeficedKnobs = { ...defaultKnobs(), ...options.knobs }
  const world = createWorld(knobs, clock)
  const desk = createTokenDesk(knobs, clock)
  const harness = await startSimulator(request => answer(world, desk, request), {
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0
  })
  return sandboxOf(harness, world, desk)
}

function answer (world: World, desk: TokenDesk, request: SimulatedRequest): SimulatedReply {
  world.settle()
  if (request.path === tokenPath) return encode(desk.answer(request), false)
  const grant = desk.grantOf(request.headers['authorization'])
  const call = { world, request }
  return encode(grant === undefined ? unauthorized(call) : dispatch(call, grant), world.knobs.escapeSlashes)
}

const sandboxOf = (harness: Simulator, world: World, desk: TokenDesk): HeficedSandbox => ({
  origin: harness.origin,
  calls: harness.calls,
  get latencyMs () { return harness.latencyMs },
  set latencyMs (value) { harness.latencyMs = value },
  fail: harness.fail,
  clearFaults: harness.clearFaults,
  hold: harness.hold,
  close: harness.close,
  knobs: world.knobs,
  settings: {
    'heficed-main': {
      organization_id: world.organizationId,
      client_id: clientId,
      client_secret: clientSecret,
      api_url: harness.origin,
      token_url: `${harness.origin}${tokenPath}`,
      scopes: ['kronoscloud', 'ipswitch', 'sshkeys']
    }
  },
  servers: world.servers,
  subnets: world.subnets,
  events: world.events,
  get created () { return world.created },
  get logins () { return desk.logins },
  settle: world.settle,
  statusOf: id => {
    world.settle()
    return world.servers.get(id)?.status
  },
  revokeTokens: desk.revokeAll,
  addServers: count => Array.from({ length: count }, () => {
    const id = ++world.last.server
    world.servers.set(id, ordinaryRow(world.servers.size, id))
    return id
  })
})
