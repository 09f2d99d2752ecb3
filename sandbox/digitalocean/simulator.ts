import { answered } from '../kit/refusal.ts'
import { findRoutes } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { actOnDroplet, getAction, listActions } from './actions.ts'
import { addressHandlers } from './addresses.ts'
import { gone, lacks, notFound, page, refuse, withDroplet, type Call, type Handler } from './call.ts'
import { imageView, keys, regions, sizes, snapshotView, vpcs } from './catalog.ts'
import { createDroplet, deleteDroplet, getDroplet, listDroplets } from './droplets.ts'
import { defaultBehavior, type DigitaloceanBehavior } from './behavior.ts'
import { addPlainDroplets, seed } from './seed.ts'
import { createWorld, type World } from './world.ts'

export type DigitaloceanSandbox = Awaited<ReturnType<typeof startDigitalocean>>

const token = 'dop_v1_SECRET0000000000000000000000000000000000000000000000000000000000'

export async function startDigitalocean ({ clock = Date.now, behavior, ...options }: VendorOptions<DigitaloceanBehavior> = {}) {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock)
  seed(world)
  return await startVendor(world, handle, options, origin => ({
    /** The gateway's settings by account name. */
    settings: { do: { token, api_url: `${origin}/v2` } },
    /** Brought up to date by the clock whenever it is read. */
    get servers () { world.settle(); return world.droplets },
    /** Adds running droplets, and returns their ids. */
    addServers: (count: number) => addPlainDroplets(world, count)
  }))
}

interface Route {
  readonly method: string
  readonly path: string
  readonly scope: string
  readonly run: Handler
}

const route = (method: string, path: string, scope: string, run: Handler): Route => ({ method, path: `/v2/${path}`, scope, run })

const listImages: Handler = call => page(call, 'images', [...call.world.images.values()].map(imageView))

const listSnapshots = withDroplet((call, { id }) =>
  page(call, 'snapshots', [...call.world.images.values()].filter(row => row.droplet === id && row.type === 'snapshot').map(snapshotView)))

const deleteSnapshot: Handler = ({ world, params }) => {
  const found = world.images.get(Number(params['id']))
  if (found === undefined) throw notFound()
  if (found.type !== 'snapshot' || found.slug !== null) throw refuse(400, 'the resource is not a snapshot')
  world.images.delete(found.id)
  return gone
}

const listRegions: Handler = call =>
  page(call, 'regions', regions.map(({ sizes: slugs, ...row }) => lacks(call, 'sizes:read') ? row : { ...row, sizes: slugs }))

const routes: readonly Route[] = [
  route('GET', 'droplets', 'droplet:read', listDroplets),
  route('POST', 'droplets', 'droplet:create', createDroplet),
  route('GET', 'droplets/:id', 'droplet:read', getDroplet),
  route('DELETE', 'droplets/:id', 'droplet:delete', deleteDroplet),
  route('POST', 'droplets/:id/actions', 'droplet:update', actOnDroplet),
  route('GET', 'droplets/:id/snapshots', 'droplet:read', listSnapshots),
  route('DELETE', 'snapshots/:id', 'image:delete', deleteSnapshot),
  route('GET', 'actions', 'actions:read', listActions),
  route('GET', 'actions/:id', 'actions:read', getAction),
  route('GET', 'images', 'image:read', listImages),
  route('GET', 'sizes', 'sizes:read', call => page(call, 'sizes', sizes)),
  route('GET', 'regions', 'regions:read', listRegions),
  route('GET', 'account/keys', 'ssh_key:read', call => page(call, 'ssh_keys', keys)),
  route('GET', 'vpcs', 'vpc:read', call => page(call, 'vpcs', vpcs)),
  route('GET', 'reserved_ips', 'reserved_ip:read', addressHandlers.list4),
  route('GET', 'reserved_ips/:ip', 'reserved_ip:read', addressHandlers.get4),
  route('POST', 'reserved_ips/:ip/actions', 'reserved_ip:update', addressHandlers.act4),
  route('GET', 'reserved_ipv6', 'reserved_ip:read', addressHandlers.list6),
  route('GET', 'reserved_ipv6/:ip', 'reserved_ip:read', addressHandlers.get6),
  route('POST', 'reserved_ipv6/:ip/actions', 'reserved_ip:update', addressHandlers.act6)
]

/** Every answer says how many requests are left, and when the oldest of the window leaves it. */
function handle (world: World, request: SimulatedRequest): SimulatedReply {
  const { limit, windowMs } = world.behavior.rate
  const now = world.now()
  const kept = world.requests.filter(at => at > now - windowMs)
  const isOver = kept.length >= limit
  if (!isOver) kept.push(now)
  world.requests.splice(0, world.requests.length, ...kept)
  const headers = {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(limit - kept.length),
    'ratelimit-reset': String(Math.ceil(((kept[0] ?? now) + windowMs) / 1000)),
    'x-request-id': '515850a0-a812-50bf-aa3c-d0d21d287e40'
  }
  const reply = answered(() => {
    if (isOver) throw refuse(429, 'API rate limit exceeded.')
    return answer({ world, request })
  })
  return { ...reply, headers: { ...headers, ...reply.headers } }
}

function answer (call: Omit<Call, 'params'>): SimulatedReply {
  const { request } = call
  if (request.headers['authorization'] !== `Bearer ${token}`) throw refuse(401, 'Unable to authenticate you.')
  const found = findRoutes(routes, request.path)
    .find(({ route: { method }, params: { id } }) => method === request.method && /^\d{1,15}$/.test(id ?? '0'))
  if (found === undefined) throw notFound()
  if (lacks(call, found.route.scope)) throw refuse(403, 'You are not authorized to perform this operation')
  return found.route.run({ ...call, params: found.params })
}
