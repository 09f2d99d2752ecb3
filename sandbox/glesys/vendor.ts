import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import { accountRoutes } from './account-routes.ts'
import { addressRoutes } from './address-routes.ts'
import { missingField, ok, reads, refuse, type Answer, type Route, type Routes } from './answers.ts'
import { receive, type Received } from './arguments.ts'
import { admit } from './auth.ts'
import { diskRoutes } from './disk-routes.ts'
import { toReply } from './envelope.ts'
import { guessedRoutes } from './guessed-routes.ts'
import type { GlesysKnobs } from './knobs.ts'
import { settle } from './lifecycle.ts'
import { networkRoutes } from './network-routes.ts'
import { serverChangeRoutes } from './server-change.ts'
import { serverCreateRoutes } from './server-create.ts'
import { serverReadRoutes } from './server-read.ts'
import type { World } from './world.ts'

const listFunctions: Route = { ...reads([], ({ world }) => ok({ modules: documentationOf(world.knobs) })), context: 'any' }

const routes: Routes = {
  ...serverReadRoutes,
  ...serverCreateRoutes,
  ...serverChangeRoutes,
  ...guessedRoutes,
  ...addressRoutes,
  ...diskRoutes,
  ...networkRoutes,
  ...accountRoutes,
  'api/listfunctions': listFunctions
}

/** The whole vendor: one request in, one reply out. */
export function handle (world: World, request: SimulatedRequest): SimulatedReply {
  settle(world)
  const received = receive(request)
  const { answer, project } = respond(world, request, received)
  settle(world)
  const organizationnumber = 1337
  const injected = world.knobs.debugInjects && project !== '' ? { projectkey: project, organizationnumber } : {}
  return toReply({ request, args: received.args, answer, knobs: world.knobs, now: world.clock(), injected })
}

interface Outcome { readonly answer: Answer, readonly project: string }

function respond (world: World, request: SimulatedRequest, received: Received): Outcome {
  const refused = (answer: Answer): Outcome => ({ answer, project: '' })
  const { module, args } = received
  if (received.name === '') return refused(documentation(world.knobs, module))
  const name = `${module}/${received.name}`
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined
  if (route === undefined || (route.inferred === true && !world.knobs.inferred)) return refused(refuse(404, 'No such function.'))
  world.functionCalls.set(name, (world.functionCalls.get(name) ?? 0) + 1)
  const caller = admit(world, route, { name, authorization: request.headers['authorization'] })
  if ('http' in caller) return refused(caller)
  const { project, username, apiKey } = caller
  const refusal = formRefusal(world.knobs, request, route, received) ?? missingField(args, route.required)
  return { answer: refusal ?? route.run({ world, args, project, username, apiKey }), project }
}

function formRefusal (knobs: GlesysKnobs, { method }: SimulatedRequest, route: Route, { complaint }: Received): Answer | null {
  const fits = method === 'POST' || (method === 'GET' && route.kind === 'reads')
  if (!fits && knobs.wrongMethod === 'refuse') return refuse(400, 'This function can not be called with this method.')
  return complaint === null ? null : refuse(400, complaint)
}

/** The root and every bare module answer 404 and describe themselves all the same. */
function documentation (knobs: GlesysKnobs, module: string): Answer {
  const modules = documentationOf(knobs)
  if (module === '') return { ...refuse(404, 'Not found. These are the modules.'), payload: { modules: Object.keys(modules) } }
  if (!Object.hasOwn(modules, module)) return refuse(404, 'No such module.')
  return { ...refuse(404, 'Not found. These are the functions of the module.'), payload: { module, functions: modules[module] } }
}

function documentationOf (knobs: GlesysKnobs): Record<string, unknown[]> {
  const modules: Record<string, unknown[]> = {}
  for (const [path, route] of Object.entries(routes)) {
    if (route.inferred === true && !knobs.inferred) continue
    const [module = '', name = ''] = path.split('/')
    const methods = route.kind === 'reads' ? 'POST and GET' : 'POST only'
    const documentationText = `${methods}. Required: ${route.required.join(', ') || 'none'}. Optional: ${route.optional.join(', ') || 'none'}.`
    modules[module] = [...(modules[module] ?? []), { function: name, documentation: documentationText }]
  }
  return modules
}
