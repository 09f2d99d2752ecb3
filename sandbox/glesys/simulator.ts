import type { Json } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { addressRoutes } from './addresses.ts'
import { admit, demoUser, labKey, labProject, login, userProject } from './auth.ts'
import { fieldRequired, isMissing, ok, readArguments, reads, refuse, type Answer, type Routes } from './call.ts'
import { toReply } from './envelope.ts'
import { defaultBehavior, type GlesysBehavior } from './behavior.ts'
import { addServers, seed } from './seed.ts'
import { serverChangeRoutes } from './server-change.ts'
import { serverCreateRoutes } from './server-create.ts'
import { serverReadRoutes } from './server-read.ts'
import { createWorld, type World } from './world.ts'

export type GlesysOptions = VendorOptions<GlesysBehavior>
export type GlesysSandbox = Awaited<ReturnType<typeof startGlesys>>

type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>

export const startGlesys = async ({ clock = Date.now, behavior, ...options }: GlesysOptions = {}) => {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock)
  seed(world)
  return await startVendor(world, handle, options, origin => {
    const settings: Settings = {
      'glesys-lab': { project: labProject, api_key: labKey, api_url: origin },
      'glesys-user': { project: userProject, ...demoUser, api_url: origin }
    }
    return {
      settings,
      servers: world.servers,
      functionCalls: world.functionCalls,
      /** Successful calls of user/login. */
      get logins () { return world.logins },
      powerOf: (serverid: string) => {
        world.settle()
        return world.servers.get(serverid)?.power
      },
      /** Ends every temporary key at once. */
      revokeTokens: () => { world.sessions.clear() },
      addServers: (count: number) => { addServers(world, count) }
    }
  })
}

/** Without a project a network is open to all. */
const networks = [
  { networkid: 'internet-fbg', datacenter: 'Falkenberg', description: 'Internet', public: 'yes', project: null },
  { networkid: 'internet-sth', datacenter: 'Stockholm', description: 'Internet', public: 'yes', project: null },
  { networkid: 'vl123456', datacenter: 'Falkenberg', description: 'db & cache', public: 'no', project: labProject }
]

const sshKeys = [
  { id: 101, account: labProject, description: 'deploy', data: 'ssh-ed25519 AAAAEXAMPLE deploy@example' },
  { id: 102, account: userProject, description: '', data: 'ssh-ed25519 AAAAEXAMPLE2 user@example' }
]

const routes: Routes = {
  ...serverReadRoutes,
  ...serverCreateRoutes,
  ...serverChangeRoutes,
  ...addressRoutes,
  'network/list': reads([], ({ project }) => ok({
    networks: networks.filter(row => (row.project ?? project) === project).map(({ project: owner, ...network }) => network)
  })),
  'sshkey/list': reads([], ({ project }) => ok({ sshkeys: sshKeys.filter(({ account }) => account === project) }))
}

function handle (world: World, request: SimulatedRequest): SimulatedReply {
  const args = readArguments(request)
  const { answer, project } = respond(world, request, args)
  return toReply({ request, args: args ?? {}, answer, behavior: world.behavior, now: world.now(), project })
}

interface Outcome { readonly answer: Answer, readonly project: string }

/** Checks the function, the credentials, the method, the body and the required arguments, in this order. */
function respond (world: World, request: SimulatedRequest, args: Json | undefined): Outcome {
  const outcome = (answer: Answer, project = ''): Outcome => ({ answer, project })
  const name = request.path.slice(1)
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined
  // Signing in changes nothing in the project, so its arguments may be in the query.
  if (name === 'user/login') return outcome(login({ world, args: args ?? {}, project: '' }))
  if (route === undefined) return outcome(refuse(404, 'No such function.'))
  world.functionCalls.set(name, (world.functionCalls.get(name) ?? 0) + 1)
  const caller = admit(world, name, request.headers['authorization'])
  if ('http' in caller) return outcome(caller)
  const { project } = caller
  const isMethodAllowed = request.method === 'POST' || (request.method === 'GET' && route.kind === 'reads')
  if (!isMethodAllowed) return outcome(refuse(400, 'This function cannot be called with this method.'), project)
  if (args === undefined) return outcome(refuse(400, 'The request body is not a valid JSON object.'), project)
  const missing = route.required.find(entry => isMissing(args, entry))
  return outcome(missing === undefined ? route.run({ world, args, project }) : fieldRequired(missing), project)
}
