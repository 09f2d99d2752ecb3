import { findRoutes } from '../kit/router.ts'
import {
  startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator, type SimulatorOptions
} from '../kit/simulator.ts'
import { actionRoutes } from './actions.ts'
import { detailReply, noRoute, refusal, replyOf, type Route } from './call.ts'
import { catalogueRoutes } from './catalogue.ts'
import { clientRoutes } from './clients.ts'
import { instanceRoutes } from './instances.ts'
import { defaultKnobs, type FleioKnobs } from './knobs.ts'
import type { Client, FloatingIp, Image, Instance, UserKind } from './records.ts'
import { documented } from './seed-catalogue.ts'
import { addPlainInstances, seed } from './seed.ts'
import { createWorld, type World } from './world.ts'

export interface FleioOptions extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<FleioKnobs>
}

export interface FleioAccount {
  readonly url: string
  readonly token: string
}

export interface FleioSandbox extends Simulator {
  readonly knobs: FleioKnobs
  /** The gateway's settings by account name. */
  readonly settings: Record<'fleio-staff' | 'fleio-user', FleioAccount>
  /** This and the next three are brought up to date by the clock whenever they are read. */
  readonly servers: Map<string, Instance>
  readonly clients: Map<number, Client>
  readonly images: Map<string, Image>
  readonly floatingIps: Map<string, FloatingIp>
  /** Creates that were accepted. */
  readonly created: number
  /** Adds running instances of the end user's client, newest last, and answers their ids. */
  addServers(count: number): string[]
}

const staffToken = 'SECRETSTAFF00000000000000000000000000001'
const userToken = 'SECRETUSER000000000000000000000000000002'

/** A Fleio installation: /backend/staffapi for operators, /backend/api for end users. */
export async function startFleio ({ clock = Date.now, knobs, ...options }: FleioOptions = {}): Promise<FleioSandbox> {
  const world = createWorld({ ...defaultKnobs(), ...knobs }, clock, documented.client)
  seed(world)
  const simulator = await startSimulator(request => handle(world, request), options)
  const upToDate = (): World => {
    world.settle()
    return world
  }
  const members = {
    knobs: world.knobs,
    settings: {
      'fleio-staff': { url: `${simulator.origin}/backend/staffapi`, token: staffToken },
      'fleio-user': { url: `${simulator.origin}/backend/api`, token: userToken }
    },
    get servers () { return upToDate().instances },
    get clients () { return upToDate().clients },
    get images () { return upToDate().images },
    get floatingIps () { return upToDate().floatingIps },
    get created () { return world.created },
    addServers: (count: number) => addPlainInstances(world, count)
  }
  return withMembers(simulator, members)
}

/** Fixed words come before `:id`, so the first match wins. */
const routes: readonly Route[] = [...catalogueRoutes, ...instanceRoutes, ...actionRoutes, ...clientRoutes]

const roots: ReadonlyArray<readonly [string, UserKind]> = [['/backend/staffapi/', 'staff'], ['/backend/api/', 'user']]

/** Route (a page, before any question of tokens), then token, method, and only then the body. */
function handle (world: World, request: SimulatedRequest): SimulatedReply {
  world.settle()
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
    return replyOf(error)
  }
}

/** Token keys never expire; a key of the other kind of user is as wrong as an unknown one (401, not 403). */
function authenticate (world: World, request: SimulatedRequest, api: UserKind): void {
  const [scheme, key, more] = (request.headers.authorization ?? '').split(' ')
  const unauthenticated = (detail: string): Error => refusal(detailReply(401, detail, { 'www-authenticate': 'Token' }))
  if (scheme?.toLowerCase() !== 'token') throw unauthenticated('Authentication credentials were not provided.')
  if (more !== undefined || (key !== staffToken && key !== userToken)) throw unauthenticated('Invalid token.')
  if (key !== (api === 'staff' ? staffToken : userToken)) throw unauthenticated('Incorrect authentication credentials.')
  if (!world.knobs.licensed) throw refusal(detailReply(402, 'License not found'))
}
