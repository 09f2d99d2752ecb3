import { isRecord, parseJson } from '../kit/json.ts'
import { answered } from '../kit/refusal.ts'
import { findRoutes, type Found } from '../kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { startVendor, type VendorOptions } from '../kit/vendor.ts'
import { actionRoutes } from './actions.ts'
import { addressRoutes } from './addresses.ts'
import { authRoutes, userOf } from './auth.ts'
import { badToken, checkBody, forbidden, errorReply, isAdmin, notFound, refuse, type Route } from './call.ts'
import { defaultBehavior, type VmmanagerBehavior } from './behavior.ts'
import { listRoutes } from './list-routes.ts'
import type { Platform, UserRecord } from './model.ts'
import { addHosts, administrator, client, seedPlatform } from './seed.ts'

export type { VmmanagerBehavior } from './behavior.ts'
export type { HostRecord } from './model.ts'
type VmmanagerOptions = VendorOptions<VmmanagerBehavior>
export type VmmanagerSandbox = Awaited<ReturnType<typeof startVmmanager>>

const routes: readonly Route[] = [...authRoutes, ...listRoutes, ...actionRoutes, ...addressRoutes]

export const startVmmanager = async ({ clock = Date.now, behavior, ...options }: VmmanagerOptions = {}) => {
  const platform = seedPlatform({ ...defaultBehavior(), ...behavior }, clock)
  return await startVendor(platform, handle, options, origin => {
    const account = { url: origin, ...administrator }
    const settings: Record<string, Record<string, string>> = { vm6: account, 'vm6-client': { ...account, as_user: client } }
    return {
      settings,
      servers: platform.hosts,
      /** Accepted password logins. */
      get logins () { return platform.logins },
      get keyLogins () { return platform.keyLogins },
      /** The vendor's word for a host's state; null if there is no such host. */
      powerOf: (id: number | string) => {
        platform.settle()
        return platform.hosts.get(Number(id))?.state ?? null
      },
      /** The next `times` requests of any kind answer 503. */
      suspend: (times: number) => { platform.behavior.suspend = times },
      /** The next `times` tasks of that name (`*` for any) fail. */
      failNext: (name: string, times = 1) => { platform.behavior.failTasks[name] = times },
      /** Deletes every token, long-lived ones too. */
      revokeTokens: () => { platform.tokens.clear() },
      addServers: (count: number) => addHosts(platform, count)
    }
  })
}

const anonymous: UserRecord = { id: -1, email: '', password: '', role: '', state: 'active' }

/** Checks suspension, method, route, token and body, in this order. */
function handle (platform: Platform, request: SimulatedRequest): SimulatedReply {
  const { behavior } = platform
  if (behavior.suspend > 0) {
    behavior.suspend -= 1
    return suspended(behavior)
  }
  if (!['GET', 'POST', 'DELETE'].includes(request.method)) return errorReply(405, 1003, 'Method not allowed')
  const found = findRoutes(routes, request.path.replace(/^\/api\//, '/').replace(/(.)\/$/, '$1'))
    .find(({ route }) => route.method === request.method && (behavior.inferred || route.inferred !== true))
  const reply = answered(() => dispatch(platform, request, found))
  const isInside200 = found !== undefined && behavior.errorsAs200 && isRecord(reply.body) && reply.body['error'] !== undefined
  return isInside200 && reply.status !== 401 && reply.status < 500 ? { ...reply, status: 200 } : reply
}

function dispatch (platform: Platform, request: SimulatedRequest, found: Found<Route> | undefined): SimulatedReply {
  if (found === undefined) throw notFound(request.path)
  const { route, params } = found
  const user = route.access === 'public' ? anonymous : userOf(platform, request)
  if (user === null) throw badToken(platform)
  if (route.access === 'admin' && !isAdmin(user)) throw forbidden()
  const body = request.method !== 'POST' || request.body.trim() === '' ? {} : parseJson(request.body)
  if (!isRecord(body)) throw refuse(400, 1004, 'Malformed JSON')
  checkBody(body, route)
  return route.run({ platform, request, user, params, body })
}

function suspended ({ suspendBody }: VmmanagerBehavior): SimulatedReply {
  if (suspendBody === 'json') return errorReply(503, 503, 'Service unavailable')
  if (suspendBody === 'empty') return { status: 503 }
  return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html><title>503 Service Temporarily Unavailable</title></html>' }
}
