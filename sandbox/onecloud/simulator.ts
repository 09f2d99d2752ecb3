import { answered } from '../kit/refusal.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { defaultBehavior, type OnecloudBehavior } from './behavior.ts'
import { noHandler } from './failures.ts'
import { identityReply } from './identity.ts'
import { computeReply, imageReply } from './resources.ts'
import { addServers, seedWorld } from './seed.ts'
import { serversReply, webconsoleReply } from './servers.ts'
import { decodePart, objectOf, textOf } from './values.ts'
import { createWorld, type ServerRow, type World } from './world.ts'

export type { OnecloudBehavior } from './behavior.ts'
export type { ServerRow } from './world.ts'
export type OnecloudOptions = VendorOptions<OnecloudBehavior>
export type OnecloudSandbox = Awaited<ReturnType<typeof startOnecloud>>

type Settings = Record<string, string>

export const startOnecloud = async ({ clock = Date.now, behavior, ...options }: OnecloudOptions = {}) => {
  const world = createWorld({ ...defaultBehavior(), ...behavior }, clock)
  seedWorld(world)
  return await startVendor(world, handle, options, origin => {
    world.origin = origin
    const settings: Record<string, Settings> = { pods: loginOf(world, 0, 'demo'), 'pods-key': keyOf(world) }
    const now = (id: string): ServerRow | undefined => {
      world.settle()
      return world.servers.get(id)
    }
    return {
      settings,
      /** A system administrator of the same cloud, for tests of scopes. */
      adminSettings: loginOf(world, 1, 'system'),
      servers: world.servers,
      /** Successful sign-ins. */
      get logins () { return world.logins },
      /** Revokes all issued tokens. */
      revokeTokens: () => { world.tokens.clear() },
      addServers: (count: number) => { addServers(world, count) },
      /** The status at this moment; undefined when the record is gone. */
      statusOf: (id: string) => now(id)?.status,
      powerOf: (id: string) => now(id)?.power
    }
  })
}

const loginOf = (world: World, person: number, project: string): Settings => {
  const { name = '', password = '' } = world.people[person] ?? {}
  return { auth_url: `${world.origin}/v3`, username: name, password, project }
}

const keyOf = (world: World): Settings => {
  const { id = '', secret = '' } = world.accessKeys[0] ?? {}
  return { auth_url: `${world.origin}/v3`, access_key: id, secret_key: secret }
}

const handle = (world: World, request: SimulatedRequest): SimulatedReply => dressed(world, request, answered(() => route(world, request)))

const route = (world: World, request: SimulatedRequest): SimulatedReply => {
  const parts = request.path.split('/').filter(part => part !== '').map(decodePart)
  const [first, second] = parts
  if (first === 'v3') return identityReply(world, request, parts.slice(1))
  if (first === 'compute' && second === 'servers') return serversReply(world, request, parts.slice(2))
  if (first === 'compute') return computeReply(world, request, parts.slice(1))
  if (first === 'image' && second === 'v1') return imageReply(world, request, parts.slice(2))
  if (first === 'webconsole-service') return webconsoleReply(world, request, parts.slice(1))
  throw noHandler()
}

const dressed = (world: World, request: SimulatedRequest, reply: SimulatedReply): SimulatedReply => {
  world.serial += 1
  const made = ((world.serial * 2_654_435_761) % 0x1000000).toString(16).padStart(6, '0')
  const asked = request.headers['x-request-id']
  const isRefusal = reply.status >= 400
  return {
    status: reply.status,
    headers: {
      ...{ 'content-type': isRefusal ? 'application/json' : 'application/json;charset=utf-8', server: 'Yunion AppServer/Go/2018.4' },
      ...{ vary: 'Origin', 'x-request-id': asked === undefined ? made : `${asked}-${made}` },
      ...(isRefusal ? location(reply) : reply.headers)
    },
    body: isRefusal ? { ...objectOf(reply.body), time: errorTime(world.now()) } : reply.body
  }
}

/** Errors carry the control plane's own zone. */
const errorTime = (ms: number): string => `${new Date(ms + 8 * 3600_000).toISOString().slice(0, 19)}+08:00`

/** The vendor copies the text of a 400 into Location, though nothing is there. */
const location = ({ status, body }: SimulatedReply): Record<string, string> => {
  const details = textOf(objectOf(body)['details'])
  return status === 400 && /^[\x20-\x7e]*$/.test(details) ? { location: details } : {}
}
