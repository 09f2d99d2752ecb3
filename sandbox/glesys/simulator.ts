import type { Json } from '../kit/json.ts'
import {
  startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator, type SimulatorOptions
} from '../kit/simulator.ts'
import { addressRoutes } from './address-routes.ts'
import { admit, login } from './auth.ts'
import { fieldRequired, isMissing, ok, readArguments, reads, refuse, type Answer, type Routes } from './call.ts'
import { toReply } from './envelope.ts'
import { defaultKnobs, type GlesysKnobs } from './knobs.ts'
import { demoUser, labKey, labProject, networks, sshKeys, userProject } from './seed-access.ts'
import { addServers, seed } from './seed.ts'
import { serverChangeRoutes } from './server-change.ts'
import { serverCreateRoutes } from './server-create.ts'
import { serverReadRoutes } from './server-read.ts'
import { createWorld, type GlesysServer, type World } from './world.ts'

export interface GlesysOptions extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<GlesysKnobs>
}

export interface GlesysSandbox extends Simulator {
  readonly knobs: GlesysKnobs
  /** Per demo account the values of the gateway's configuration keys. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly servers: Map<string, GlesysServer>
  /** Servers made by create since the start. */
  readonly created: number
  /** Successful calls of user/login. */
  readonly logins: number
  readonly functionCalls: ReadonlyMap<string, number>
  powerOf (serverid: string): 'running' | 'stopped' | undefined
  /** Ends every temporary key at once. */
  revokeTokens (): void
  addServers (count: number): void
}

export async function startGlesys ({ clock = Date.now, knobs, ...options }: GlesysOptions = {}): Promise<GlesysSandbox> {
  const world = createWorld({ ...defaultKnobs, ...knobs }, clock)
  seed(world)
  const simulator = await startSimulator(request => handle(world, request), options)
  return withMembers(simulator, {
    knobs: world.knobs,
    settings: {
      'glesys-lab': { project: labProject, api_key: labKey, api_url: simulator.origin },
      'glesys-user': { project: userProject, ...demoUser, api_url: simulator.origin }
    },
    servers: world.servers,
    get created () { return world.created },
    get logins () { return world.logins },
    functionCalls: world.functionCalls,
    powerOf: (serverid: string) => {
      world.settle()
      return world.servers.get(serverid)?.power
    },
    revokeTokens: () => { world.sessions.clear() },
    addServers: (count: number) => { addServers(world, count) }
  })
}

const routes: Routes = {
  ...serverReadRoutes,
  ...serverCreateRoutes,
  ...serverChangeRoutes,
  ...addressRoutes,
  'network/list': reads([], ({ project }) => ok({
    networks: networks
      .filter(network => network.project === null || network.project === project)
      .map(({ project: owner, ...network }) => network)
  })),
  'sshkey/list': reads([], ({ project }) => ok({ sshkeys: sshKeys.filter(({ account }) => account === project) }))
}

/** The whole vendor: one request in, one reply out. */
function handle (world: World, request: SimulatedRequest): SimulatedReply {
  world.settle()
  const args = readArguments(request)
  const { answer, project } = respond(world, request, args)
  return toReply({ request, args: args ?? {}, answer, knobs: world.knobs, now: world.now(), project })
}

interface Outcome { readonly answer: Answer, readonly project: string }

/** Function, credentials, method, body, required arguments: checked in this order. */
function respond (world: World, request: SimulatedRequest, args: Json | undefined): Outcome {
  const refused = (answer: Answer): Outcome => ({ answer, project: '' })
  const name = request.path.slice(1)
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined
  // Signing in changes nothing of the project's, so a query string will do.
  if (name === 'user/login') return refused(login({ world, args: args ?? {}, project: '' }))
  if (route === undefined) return refused(refuse(404, 'No such function.'))
  world.functionCalls.set(name, (world.functionCalls.get(name) ?? 0) + 1)
  const caller = admit(world, name, request.headers['authorization'])
  if ('http' in caller) return refused(caller)
  const { project } = caller
  if (request.method !== 'POST' && (request.method !== 'GET' || route.kind === 'writes')) {
    return { answer: refuse(400, 'This function cannot be called with this method.'), project }
  }
  if (args === undefined) return { answer: refuse(400, 'The request body is not a valid JSON object.'), project }
  const missing = route.required.find(entry => isMissing(args, entry))
  return { answer: missing === undefined ? route.run({ world, args, project }) : fieldRequired(missing), project }
}
