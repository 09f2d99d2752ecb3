import { startSimulator, type Simulator, type SimulatedReply, type SimulatedRequest } from '../kit/simulator.ts'
import { accessKeys, domains, people, projects } from './people.ts'
import { computeReply } from './compute.ts'
import { defaultKnobs, type OnecloudKnobs } from './knobs.ts'
import { isRefusal, noHandler, refusalReply } from './failures.ts'
import { identityReply } from './identity.ts'
import { imageReply } from './images.ts'
import { addServers, seedWorld } from './seed.ts'
import { settle } from './lifecycle.ts'
import { webconsoleReply } from './webconsole.ts'
import type { ServerRow, World } from './world.ts'
import { decodePart } from './values.ts'

export type { OnecloudKnobs } from './knobs.ts'
export type { ServerRow } from './world.ts'

export interface OnecloudOptions {
  readonly port?: number
  readonly latencyMs?: number
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<OnecloudKnobs>
}

export interface OnecloudSandbox extends Simulator {
  readonly knobs: OnecloudKnobs
  /** Demo account name → the gateway's configuration keys. */
  readonly settings: Record<string, Record<string, string>>
  /** A system administrator of the same cloud, for tests of scopes. */
  readonly adminSettings: Record<string, string>
  readonly servers: Map<string, ServerRow>
  /** Successful sign-ins. */
  readonly logins: number
  /** Servers made by requests. */
  readonly created: number
  /** Revokes all issued tokens. */
  revokeTokens (): void
  addServers (count: number): void
  /** The status at this moment; undefined when the record is gone. */
  statusOf (id: string): string | undefined
  powerOf (id: string): 'on' | 'off' | 'unknown' | undefined
}

export const startOnecloud = async (options: OnecloudOptions = {}): Promise<OnecloudSandbox> => {
  const world = createWorld(options)
  const { clock: _clock, knobs: _knobs, ...listen } = options
  const simulator = await startSimulator(request => handle(world, request), listen)
  world.origin = simulator.origin
  seedWorld(world)
  const now = (id: string): ServerRow | undefined => {
    settle(world)
    return world.servers.get(id)
  }
  return Object.defineProperties(Object.assign(simulator, {
    knobs: world.knobs,
    settings: settingsOf(world),
    adminSettings: loginOf(world, 1, 'system'),
    servers: world.servers,
    logins: 0,
    created: 0,
    revokeTokens: () => { world.tokens.clear() },
    addServers: (count: number) => addServers(world, count),
    statusOf: (id: string) => now(id)?.status,
    powerOf: (id: string) => now(id)?.power
  }), { logins: { get: () => world.logins }, created: { get: () => world.created } })
}

const createWorld = (options: OnecloudOptions): World => ({
  knobs: { ...defaultKnobs(), ...options.knobs },
  now: options.clock ?? Date.now,
  origin: '',
  people,
  projects: [...projects],
  domains,
  accessKeys,
  tokens: new Map(),
  servers: new Map(),
  resources: new Map(),
  logins: 0,
  created: 0,
  serial: 0
})

const loginOf = (world: World, person: number, project: string): Record<string, string> => {
  const found = world.people[person]
  return { auth_url: `${world.origin}/v3`, username: found?.name ?? '', password: found?.password ?? '', project }
}

const settingsOf = (world: World): Record<string, Record<string, string>> => {
  const key = world.accessKeys[0]
  return {
    pods: loginOf(world, 0, 'demo'),
    'pods-key': { auth_url: `${world.origin}/v3`, access_key: key?.id ?? '', secret_key: key?.secret ?? '' }
  }
}

const handle = (world: World, request: SimulatedRequest): SimulatedReply => {
  settle(world)
  try {
    return dressed(world, request, route(world, request))
  } catch (error) {
    if (!isRefusal(error)) throw error
    return dressed(world, request, refusalReply(error.refusal, request, world.now()))
  }
}

const route = (world: World, request: SimulatedRequest): SimulatedReply => {
  const parts = request.path.split('/').filter(part => part !== '').map(decodePart)
  const [first, second] = parts
  if (first === 'v3') return identityReply(world, request, parts.slice(1))
  if (first === 'compute') return computeReply(world, request, parts.slice(1))
  if (first === 'image' && second === 'v1') return imageReply(world, request, parts.slice(2))
  if (first === 'webconsole-service') return webconsoleReply(world, request, parts.slice(1))
  throw noHandler()
}

const dressed = (world: World, request: SimulatedRequest, reply: SimulatedReply): SimulatedReply => {
  world.serial += 1
  const made = ((world.serial * 2_654_435_761) % 0x1000000).toString(16).padStart(6, '0')
  const asked = request.headers['x-request-id']
  return {
    ...reply,
    headers: {
      ...(reply.body === undefined ? {} : { 'content-type': 'application/json;charset=utf-8' }),
      server: 'Yunion AppServer/Go/2018.4',
      vary: 'Origin',
      'x-request-id': asked === undefined ? made : `${asked}-${made}`,
      ...reply.headers
    }
  }
}
