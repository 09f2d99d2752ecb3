import { isRecord, parseJson } from '../kit/json.ts'
import { findRoutes, type Found } from '../kit/router.ts'
import {
  startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator, type SimulatorOptions
} from '../kit/simulator.ts'
import { actionRoutes } from './actions.ts'
import { addressRoutes } from './address-routes.ts'
import { authRoutes, userOf } from './auth.ts'
import { badToken, checkBody, closed, isAdmin, notFound, refuse, type Route } from './call.ts'
import { hostRoutes } from './host-routes.ts'
import { createKnobs, type VmmanagerKnobs } from './knobs.ts'
import { listRoutes } from './list-routes.ts'
import type { HostRecord, Platform, UserRecord } from './model.ts'
import { resizeRoutes } from './resize.ts'
import { addHosts, administrator, client, seedPlatform } from './seed.ts'
import { settle } from './tasks.ts'

export type { VmmanagerKnobs } from './knobs.ts'
export type { HostRecord } from './model.ts'

export interface VmmanagerOptions extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<VmmanagerKnobs>
}

export interface VmmanagerSandbox extends Simulator {
  readonly knobs: VmmanagerKnobs
  readonly settings: Record<string, Record<string, string>>
  readonly servers: Map<number, HostRecord>
  /** Accepted password logins. */
  readonly logins: number
  readonly keyLogins: number
  /** Hosts made by accepted creates. */
  readonly created: number
  /** The vendor's word for a host's power at this moment; null when there is no such host. */
  powerOf(id: number | string): string | null
  /** The next `times` requests of any kind answer 503. */
  suspend(times: number): void
  /** The next `times` tasks of that name (`*` for any) fail. */
  failNext(name: string, times?: number): void
  /** Deletes every token, long-lived ones too. */
  revokeTokens(): void
  addServers(count: number): HostRecord[]
}

const routes: readonly Route[] = [...authRoutes, ...hostRoutes, ...actionRoutes, ...resizeRoutes, ...addressRoutes, ...listRoutes]

export async function startVmmanager ({ clock = Date.now, knobs, ...options }: VmmanagerOptions = {}): Promise<VmmanagerSandbox> {
  const platform = seedPlatform(createKnobs(knobs), clock)
  const simulator = await startSimulator(request => handle(platform, request), options)
  const account = { url: simulator.origin, ...administrator }
  const settings: VmmanagerSandbox['settings'] = { vm6: account, 'vm6-client': { ...account, as_user: client } }
  const members = {
    knobs: platform.knobs,
    settings,
    servers: platform.hosts,
    get created () { return platform.counts.created },
    get logins () { return platform.counts.logins },
    get keyLogins () { return platform.counts.keyLogins },
    powerOf: (id: number | string) => {
      settle(platform)
      return platform.hosts.get(Number(id))?.state ?? null
    },
    suspend: (times: number) => { platform.knobs.suspend = times },
    failNext: (name: string, times = 1) => { platform.knobs.failTasks[name] = times },
    revokeTokens: () => { platform.tokens.clear() },
    addServers: (count: number) => addHosts(platform, count)
  }
  return withMembers(simulator, members)
}

const anonymous: UserRecord = { id: -1, email: '', password: '', role: '', state: 'active' }

/** The whole platform: suspension, method, route, token, body, in this order. */
function handle (platform: Platform, request: SimulatedRequest): SimulatedReply {
  const { knobs } = platform
  if (knobs.suspend > 0) {
    knobs.suspend -= 1
    return suspended(knobs)
  }
  settle(platform)
  if (!['GET', 'POST', 'DELETE'].includes(request.method)) return refuse(405, 1003, 'Method not allowed')
  const found = findRoutes(routes, request.path.replace(/^\/api\//, '/').replace(/(.)\/$/, '$1'))
    .find(({ route }) => route.method === request.method && (knobs.inferred || route.inferred !== true))
  if (found === undefined) return notFound(request.path)
  const reply = enter(platform, request, found)
  const isInside200 = knobs.errorsAs200 && isRecord(reply.body) && reply.body['error'] !== undefined
  return isInside200 && reply.status !== 401 && reply.status < 500 ? { ...reply, status: 200 } : reply
}

function enter (platform: Platform, request: SimulatedRequest, { route, params }: Found<Route>): SimulatedReply {
  const user = route.access === 'public' ? anonymous : userOf(platform, request)
  if (user === null) return badToken(platform.knobs)
  if (route.access === 'admin' && !isAdmin(user)) return closed()
  const body = request.method !== 'POST' || request.body.trim() === '' ? {} : parseJson(request.body)
  if (!isRecord(body)) return refuse(400, 1004, 'Malformed JSON')
  return checkBody(body, route.body ?? {}, route.required) ?? route.run({ platform, request, user, params, body })
}

function suspended ({ suspendBody }: VmmanagerKnobs): SimulatedReply {
  if (suspendBody === 'json') return refuse(503, 503, 'Service unavailable')
  if (suspendBody === 'empty') return { status: 503 }
  return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html><title>503 Service Temporarily Unavailable</title></html>' }
}
