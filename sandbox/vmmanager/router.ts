import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import { authRoutes, userOf } from './auth.ts'
import { checkBody, isRecord, parseBody } from './body.ts'
import type { Route } from './call.ts'
import { isAdmin } from './call.ts'
import { badToken, closed, notFound, refuse, suspended } from './errors.ts'
import type { Platform, UserRecord } from './model.ts'
import { settle } from './tasks.ts'

interface Match {
  readonly route: Route
  readonly params: Record<string, string>
}

const nobody: UserRecord = { id: -1, email: '', password: '', role: '', state: 'active' }

/** The platform's front door: suspension, method, route, token, body, in this order. */
export function createRouter (platform: Platform, routes: readonly Route[]): (request: SimulatedRequest) => SimulatedReply {
  const all = [...authRoutes, ...routes]
  return request => {
    if (platform.knobs.suspend > 0) {
      platform.knobs.suspend -= 1
      return suspended(platform.knobs)
    }
    settle(platform)
    if (!['GET', 'POST', 'DELETE'].includes(request.method)) return refuse(405, 1003, 'Method not allowed')
    const match = findRoute(all, request, platform.knobs.inferred)
    if (match === null) return notFound(request.path)
    const reply = enter(platform, request, match)
    const inside200 = platform.knobs.errorsAs200 && isRecord(reply.body) && reply.body['error'] !== undefined
    return inside200 && reply.status !== 401 && reply.status < 500 ? { ...reply, status: 200 } : reply
  }
}

function enter (platform: Platform, request: SimulatedRequest, { route, params }: Match): SimulatedReply {
  const user = route.access === 'public' ? nobody : userOf(platform, request)
  if (user === null) return badToken(platform.knobs)
  if (route.access === 'admin' && !isAdmin(user)) return closed()
  const body = request.method === 'POST' ? parseBody(request.body) : {}
  if (body === null) return refuse(400, 1004, 'Malformed JSON')
  const refusal = checkBody(body, route.body ?? {}, route.required)
  return refusal ?? route.run({ platform, request, user, params, body })
}

function findRoute (routes: readonly Route[], request: SimulatedRequest, withInferred: boolean): Match | null {
  const path = request.path.replace(/^\/api\//, '/').replace(/(.)\/$/, '$1')
  const segments = path.split('/').map(decode)
  if (segments.includes(null)) return null
  for (const route of routes) {
    if (route.method !== request.method || (route.inferred === true && !withInferred)) continue
    const params = matchPath(route.path.split('/'), segments)
    if (params !== null) return { route, params }
  }
  return null
}

function matchPath (wanted: readonly string[], segments: ReadonlyArray<string | null>): Record<string, string> | null {
  if (wanted.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith(':') && segment !== '') params[part.slice(1)] = segment
    else if (part !== segment) return null
  }
  return params
}

function decode (segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
