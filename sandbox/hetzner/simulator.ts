import { answered } from '../kit/refusal.ts'
import { findRoutes } from '../kit/router.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import type { SimulatedReply, SimulatedRequest, Simulator } from '../kit/simulator.ts'
import { readActions, serverActions } from './actions.ts'
import { ipAction, listIps } from './addresses.ts'
import { ok, page, problem, removed, unrouted, type Handler } from './call.ts'
import { defaultBehavior, type HetznerBehavior } from './behavior.ts'
import { locations, networks, pricing, serverTypes, sshKeys } from './catalog.ts'
import { changeServer, createServer, deleteImage, deleteServer, getServer, listServers } from './servers.ts'
import { createWorld, type World } from './world.ts'

export interface HetznerSandbox extends Simulator, Pick<World, 'behavior' | 'servers' | 'images' | 'rescued' | 'bucket' | 'addServers'> {
  readonly settings: Record<'hz' | 'hz-readonly', { readonly token: string, readonly api_url: string }>
  /** Servers that were bought. */
  readonly created: number
}

const tokens = {
  write: 'SECRET0write0token0of0the0project0000000000000000000000000000064',
  read: 'SECRET0read00token0of0the0project0000000000000000000000000000064'
} as const

const catalog = (name: string, rows: readonly object[], sorts: readonly string[] = ['id', 'name']): Handler =>
  call => page(call, { name, rows, sorts })

/** Deprecated ones only on request. */
const listImages: Handler = call => {
  const isWanted = call.request.query.get('include_deprecated') === 'true'
  const rows = [...call.world.images.values()].filter(({ deprecated }) => deprecated === null || isWanted)
  return page(call, { name: 'images', rows, sorts: ['id', 'name', 'created'] })
}

interface Route {
  readonly path: string
  readonly handlers: Readonly<Record<string, Handler>>
}

const routes: readonly Route[] = [
  { path: '/servers', handlers: { GET: listServers, POST: createServer } },
  { path: '/servers/:id', handlers: { GET: getServer, PUT: changeServer, DELETE: deleteServer } },
  { path: '/servers/:id/actions/:action', handlers: { POST: serverActions } },
  { path: '/actions', handlers: { GET: readActions } },
  { path: '/images', handlers: { GET: listImages } },
  { path: '/images/:id', handlers: { DELETE: deleteImage } },
  { path: '/primary_ips', handlers: { GET: listIps('primary') } },
  { path: '/primary_ips/:id/actions/:action', handlers: { POST: ipAction('primary') } },
  { path: '/floating_ips', handlers: { GET: listIps('floating') } },
  { path: '/floating_ips/:id/actions/:action', handlers: { POST: ipAction('floating') } },
  { path: '/server_types', handlers: { GET: catalog('server_types', serverTypes, []) } },
  { path: '/locations', handlers: { GET: catalog('locations', locations) } },
  { path: '/ssh_keys', handlers: { GET: catalog('ssh_keys', sshKeys) } },
  { path: '/networks', handlers: { GET: catalog('networks', networks) } },
  { path: '/pricing', handlers: { GET: () => ok({ pricing }) } },
  { path: '/datacenters', handlers: { GET: () => { throw removed('2026-06-02-datacenters-deprecated') } } }
]

export async function startHetzner (
  { clock = Date.now, behavior, ...options }: VendorOptions<HetznerBehavior> = {}
): Promise<HetznerSandbox> {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock)
  const { servers, images, rescued, bucket, addServers } = world
  return await startVendor(world, identified, options, origin => ({
    servers,
    images,
    rescued,
    bucket,
    addServers,
    settings: { hz: { token: tokens.write, api_url: origin }, 'hz-readonly': { token: tokens.read, api_url: origin } }
  }))
}

function identified (world: World, request: SimulatedRequest): SimulatedReply {
  const { headers, ...reply } = answered(() => answer(world, request))
  world.last.answer += 1
  return { ...reply, headers: { 'x-correlation-id': `correlation-${world.last.answer}`, ...headers } }
}

/** An unknown path is refused before the token is read, a method after it. */
function answer (world: World, request: SimulatedRequest): SimulatedReply {
  const [found] = findRoutes(routes, request.path)
  if (found === undefined) throw unrouted()
  const token = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1]
  if (token === undefined) return problem(401, 'unauthorized', 'token is required')
  if (token !== tokens.write && token !== tokens.read) return problem(401, 'unauthorized', 'the token you have provided is invalid')
  const limits = take(world)
  const { rateLimit } = world.behavior
  const text = `Limit of '${rateLimit}' requests per hour for token '${token.slice(0, 32)}...' reached.`
  if (limits === null) return { ...problem(429, 'rate_limit_exceeded', text), headers: limitHeaders(world) }
  const handler = found.route.handlers[request.method]
  if (handler === undefined) return problem(405, 'method_not_allowed', 'method not allowed')
  const isRefused = token === tokens.read && request.method !== 'GET'
  if (isRefused) return problem(401, 'token_readonly', 'token is only allowed to perform GET requests')
  const reply = answered(() => handler({ world, request, params: found.params }))
  return { ...reply, headers: { ...limits, ...reply.headers } }
}

/** One request of the bucket; null where it is empty. */
function take (world: World): Readonly<Record<string, string>> | null {
  const { bucket, behavior: { rateLimit } } = world
  const now = world.now()
  Object.assign(bucket, { left: Math.min(rateLimit, bucket.left + (now - bucket.at) * rateLimit / 3_600_000), at: now })
  if (bucket.left < 1) return null
  bucket.left -= 1
  return limitHeaders(world)
}

/** `reset` is when the bucket is full again, up to an hour away. */
const limitHeaders = ({ bucket, behavior: { rateLimit }, now }: World): Readonly<Record<string, string>> => ({
  'ratelimit-limit': String(rateLimit),
  'ratelimit-remaining': String(Math.floor(bucket.left)),
  'ratelimit-reset': String(Math.ceil(now() / 1000 + (rateLimit - bucket.left) / rateLimit * 3600))
})
