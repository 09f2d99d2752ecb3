import { startSimulator, type Simulator } from '../simulator.ts'
import { defaultKnobs, type GlesysKnobs } from './knobs.ts'
import { isLocked, settle } from './lifecycle.ts'
import { addServers, demoKeys, demoUser, labProject, seed, userProject } from './seed.ts'
import { handle } from './vendor.ts'
import { createWorld, type ApiKey, type GlesysServer, type World } from './world.ts'

export interface GlesysOptions {
  readonly port?: number
  readonly latencyMs?: number
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<GlesysKnobs>
}

export interface GlesysSandbox extends Simulator {
  readonly knobs: GlesysKnobs
  /** Per demo account the values of the gateway's configuration keys. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly servers: Map<string, GlesysServer>
  readonly apiKeys: Map<string, ApiKey>
  /** Servers made by create, clone and the like since the start. */
  readonly created: number
  /** Successful calls of user/login. */
  readonly logins: number
  /** How often server/details was asked for each id. */
  readonly detailsCalls: ReadonlyMap<string, number>
  readonly functionCalls: ReadonlyMap<string, number>
  powerOf (serverid: string): 'running' | 'stopped' | undefined
  isLocked (serverid: string): boolean
  /** Ends every temporary key at once. */
  revokeTokens (): void
  addServers (count: number, project?: string): void
}

export async function startGlesys (options: GlesysOptions = {}): Promise<GlesysSandbox> {
  const knobs = { ...defaultKnobs, ...options.knobs }
  const world = createWorld(knobs, options.clock ?? Date.now)
  seed(world)
  const { port = 0, latencyMs = 0 } = options
  return toSandbox(world, await startSimulator(request => handle(world, request), { port, latencyMs }))
}

const toSandbox = (world: World, simulator: Simulator): GlesysSandbox => ({
  origin: simulator.origin,
  calls: simulator.calls,
  get latencyMs () { return simulator.latencyMs },
  set latencyMs (ms) { simulator.latencyMs = ms },
  fail: simulator.fail,
  clearFaults: simulator.clearFaults,
  hold: simulator.hold,
  close: simulator.close,
  knobs: world.knobs,
  settings: {
    'glesys-lab': { project: labProject, api_key: demoKeys.lab, api_url: simulator.origin },
    'glesys-user': { project: userProject, ...demoUser, api_url: simulator.origin }
  },
  servers: world.servers,
  apiKeys: world.apiKeys,
  get created () { return world.created },
  get logins () { return world.logins },
  detailsCalls: world.detailsCalls,
  functionCalls: world.functionCalls,
  powerOf: serverid => settled(world, serverid)?.power,
  isLocked: serverid => {
    const server = settled(world, serverid)
    return server !== undefined && isLocked(world, server)
  },
  revokeTokens: () => { world.sessions.clear() },
  addServers: (count, project = labProject) => { addServers(world, count, project) }
})

function settled (world: World, serverid: string): GlesysServer | undefined {
  settle(world)
  return world.servers.get(serverid)
}
