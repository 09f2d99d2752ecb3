import { randomUUID } from 'node:crypto'
import { findRoutes } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest, Simulator } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { act, openConsole, readAction } from './actions.ts'
import { fault, keystoneError, noRoute, type Handler } from './call.ts'
import { computeVersion, credentials, isSignedIn, notSignedIn, signIn } from './identity.ts'
import { defaultBehavior, type OpenstackBehavior } from './behavior.ts'
import {
  associate, attachInterface, deleteImage, detachInterface, listFlavors, listFloating, listImages, listKeypairs, listNetworks, listPorts,
  listSubnets, listZones
} from './resources.ts'
import { createServer, deleteServer, getServer, listServers, renameServer } from './servers.ts'
import { createWorld, type World } from './world.ts'

type Shown = Pick<World, 'behavior' | 'servers' | 'images' | 'ports' | 'floating' | 'tokens' | 'addServers'>

export interface OpenstackSandbox extends Simulator, Shown {
  readonly settings: Readonly<Record<'stack' | 'stack-app', Readonly<Record<string, string>>>>
  /** Servers that were ordered. */
  readonly created: number
}

interface Route {
  readonly path: string
  readonly handlers: Readonly<Record<string, Handler>>
  /** Needs no token. */
  readonly isOpen?: true
}

const compute = '/compute/v2.1'
const routes: readonly Route[] = [
  { path: '/identity/v3/auth/tokens', handlers: { POST: signIn }, isOpen: true },
  { path: `${compute}/`, handlers: { GET: computeVersion }, isOpen: true },
  { path: `${compute}/servers/detail`, handlers: { GET: listServers } },
  { path: `${compute}/servers`, handlers: { POST: createServer } },
  { path: `${compute}/servers/:id`, handlers: { GET: getServer, PUT: renameServer, DELETE: deleteServer } },
  { path: `${compute}/servers/:id/action`, handlers: { POST: act } },
  { path: `${compute}/servers/:id/remote-consoles`, handlers: { POST: openConsole } },
  { path: `${compute}/servers/:id/os-instance-actions/:request`, handlers: { GET: readAction } },
  { path: `${compute}/servers/:id/os-interface`, handlers: { POST: attachInterface } },
  { path: `${compute}/servers/:id/os-interface/:port`, handlers: { DELETE: detachInterface } },
  { path: `${compute}/flavors/detail`, handlers: { GET: listFlavors } },
  { path: `${compute}/os-keypairs`, handlers: { GET: listKeypairs } },
  { path: `${compute}/os-availability-zone`, handlers: { GET: listZones } },
  { path: '/image/v2/images', handlers: { GET: listImages } },
  { path: '/image/v2/images/:id', handlers: { DELETE: deleteImage } },
  { path: '/network/v2.0/networks', handlers: { GET: listNetworks } },
  { path: '/network/v2.0/subnets', handlers: { GET: listSubnets } },
  { path: '/network/v2.0/ports', handlers: { GET: listPorts } },
  { path: '/network/v2.0/floatingips', handlers: { GET: listFloating } },
  { path: '/network/v2.0/floatingips/:id', handlers: { PUT: associate } }
]

type Options = VendorOptions<OpenstackBehavior>

export async function startOpenstack ({ clock = Date.now, behavior, ...options }: Options = {}): Promise<OpenstackSandbox> {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock)
  const { servers, images, ports, floating, tokens, addServers } = world
  return await startVendor(world, answer, options, origin => ({
    servers,
    images,
    ports,
    floating,
    tokens,
    addServers,
    settings: {
      stack: { auth_url: `${origin}/identity/v3`, ...credentials.user },
      'stack-app': { auth_url: `${origin}/identity/v3`, ...credentials.application }
    }
  }))
}

/** Every service checks the token first; what it does not know is 404, whatever the method. */
function answer (world: World, request: SimulatedRequest): SimulatedReply {
  const requestId = `req-${randomUUID()}`
  const reply = ((): SimulatedReply => {
    const [found] = findRoutes(routes, request.path)
    if (found?.route.isOpen !== true && !isSignedIn(world, request)) return notSignedIn()
    const refusal = request.path.startsWith(`${compute}/`) ? versionRefusal(world, request) : null
    if (refusal !== null) return refusal
    const handler = found?.route.handlers[request.method]
    if (found === undefined || handler === undefined) {
      return request.path.startsWith('/identity') ? keystoneError(404, 'Not Found', 'Not Found') : noRoute()
    }
    return handler({ world, request, params: found.params, requestId })
  })()
  return { ...reply, headers: { 'x-openstack-request-id': requestId, ...reply.headers } }
}

const minorOf = (version: string): number => Number(version.split('.')[1])

/** Without the header, 2.1 is meant, whose records have other members than those shown here. */
function versionRefusal ({ behavior }: World, { headers, path }: SimulatedRequest): SimulatedReply | null {
  const wanted = /^compute (2\.\d+)$/.exec(headers['openstack-api-version'] ?? '')?.[1]
  if (path === `${compute}/`) return null
  if (wanted === undefined || minorOf(wanted) < 60) return fault(406, 'This simulator has microversions from 2.60 on.')
  const { maxMicroversion: most } = behavior
  if (minorOf(wanted) <= minorOf(most)) return null
  return fault(406, `Version ${wanted} is not supported by the API. Minimum is 2.1 and maximum is ${most}.`)
}
