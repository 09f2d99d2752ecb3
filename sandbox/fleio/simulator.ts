import { refusal, replyOf } from '../kit/refusal.ts'
import { findRoutes } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { actionRoutes } from './actions.ts'
import { crash, detailReply, noRoute, type Route } from './call.ts'
import { catalogRoutes } from './catalog.ts'
import { clientRoutes } from './clients.ts'
import { instanceRoutes } from './instances.ts'
import { defaultBehavior, type FleioBehavior } from './behavior.ts'
import { documented } from './seed-catalog.ts'
import { addPlainInstances, seed } from './seed.ts'
import { createWorld, type UserKind, type World } from './world.ts'

export type FleioOptions = VendorOptions<FleioBehavior>
export type FleioSandbox = Awaited<ReturnType<typeof startFleio>>

const tokens: Readonly<Record<UserKind, string>> = {
  staff: 'SECRETSTAFF00000000000000000000000000001', user: 'SECRETUSER000000000000000000000000000002'
}

/** A Fleio installation: /backend/staffapi for operators, /backend/api for end users. */
export const startFleio = async ({ clock = Date.now, behavior, ...options }: FleioOptions = {}) => {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock, documented.client)
  seed(world)
  const upToDate = (): World => {
    world.settle()
    return world
  }
  return await startVendor(world, handle, options, origin => ({
    settings: {
      'fleio-staff': { url: `${origin}/backend/staffapi`, token: tokens.staff },
      'fleio-user': { url: `${origin}/backend/api`, token: tokens.user }
    },
    get servers () { return upToDate().instances },
    get clients () { return upToDate().clients },
    get images () { return upToDate().images },
    get floatingIps () { return upToDate().floatingIps },
    /** Adds running instances of the end user's client, newest last, and returns their ids. */
    addServers: (count: number) => addPlainInstances(world, count)
  }))
}

/** Fixed words come before `:id`, so the first match wins. */
const routes: readonly Route[] = [...catalogRoutes, ...instanceRoutes, ...actionRoutes, ...clientRoutes]

const roots: ReadonlyArray<readonly [string, UserKind]> = [['/backend/staffapi/', 'staff'], ['/backend/api/', 'user']]

/** Checks the route first, then the token, the method and the body. */
function handle (world: World, request: SimulatedRequest): SimulatedReply {
  const [prefix, api] = roots.find(([root]) => request.path.startsWith(root)) ?? []
  if (prefix === undefined || api === undefined) return noRoute
  // Ids hold no dots.
  const found = findRoutes(routes, request.path.slice(prefix.length))
    .find(({ route, params }) => (route.only ?? api) === api && params['id']?.includes('.') !== true)
  if (found === undefined) return noRoute
  try {
    authenticate(world, request, api)
    const { route, params } = found
    const allow = [...Object.keys(route.verbs), 'HEAD', 'OPTIONS'].join(', ')
    const handler = Object.hasOwn(route.verbs, request.method) ? route.verbs[request.method] : undefined
    if (handler === undefined) return detailReply(405, `Method "${request.method}" not allowed.`, { allow })
    return handler({ world, request, api, id: params['id'] ?? '' })
  } catch (error) {
    return replyOf(error) ?? crash
  }
}

/** Keys never expire; a key of the other kind of user is refused like an unknown one (401, not 403). */
function authenticate (world: World, request: SimulatedRequest, api: UserKind): void {
  const [scheme, key = '', more] = (request.headers.authorization ?? '').split(' ')
  const unauthenticated = (detail: string): Error => refusal(detailReply(401, detail, { 'www-authenticate': 'Token' }))
  if (scheme?.toLowerCase() !== 'token') throw unauthenticated('Authentication credentials were not provided.')
  if (more !== undefined || !Object.values(tokens).includes(key)) throw unauthenticated('Invalid token.')
  if (key !== tokens[api]) throw unauthenticated('Incorrect authentication credentials.')
  if (!world.behavior.licensed) throw refusal(detailReply(402, 'License not found'))
}
