import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import { attachmentRoutes } from './attachments.ts'
import { authenticate } from './auth.ts'
import type { Route, Verb } from './call.ts'
import { catalogueRoutes } from './catalogue.ts'
import { clientRoutes } from './clients.ts'
import { createOptionRoutes } from './create-options.ts'
import { floatingIpRoutes } from './floating-ips.ts'
import { readRoutes } from './instance-reads.ts'
import { instanceRoutes } from './instances.ts'
import { keyRoutes } from './keys.ts'
import { namedRoutes } from './named-actions.ts'
import { portRoutes } from './ports.ts'
import { powerRoutes } from './power-actions.ts'
import { crash, detailReply, isReply, noRoute, ok } from './replies.ts'
import { rescueRoutes } from './rescue-actions.ts'
import { resizeRoutes } from './resize-actions.ts'
import { settle, type UserKind, type World } from './world.ts'

/** Fixed words come before `:id`, so the first match wins. */
const routes: readonly Route[] = [
  ...createOptionRoutes, ...instanceRoutes, ...powerRoutes, ...namedRoutes, ...rescueRoutes, ...resizeRoutes,
  ...attachmentRoutes, ...readRoutes, ...catalogueRoutes, ...floatingIpRoutes, ...portRoutes, ...keyRoutes, ...clientRoutes
]

const roots: ReadonlyArray<readonly [string, UserKind]> = [['/backend/staffapi/', 'staff'], ['/backend/api/', 'user']]

/** Route (a page, before any question of tokens), then Accept, token, method, and only then the body. */
export function handle (world: World, request: SimulatedRequest): SimulatedReply {
  settle(world)
  const found = match(world, request.path)
  if (found === undefined) return noRoute
  const type = negotiate(request.headers.accept ?? '*/*')
  if (type === undefined) return detailReply(406, 'Could not satisfy the request Accept header.')
  const reply = refusalsAnswered(() => {
    authenticate(world, request, found.api)
    return dispatch(world, request, found)
  })
  const isText = typeof reply.body === 'string' || reply.body === undefined
  return type === 'application/json' || isText ? reply : { ...reply, headers: { 'content-type': type, ...reply.headers } }
}

interface Match {
  readonly route: Route
  readonly api: UserKind
  readonly id: string
}

function match (world: World, path: string): Match | undefined {
  const root = roots.find(([prefix]) => path.startsWith(prefix))
  if (root === undefined) return undefined
  const [prefix, api] = root
  const segments = decode(path.slice(prefix.length))?.split('/')
  if (segments === undefined) return undefined
  for (const route of routes) {
    if (route.only !== undefined && route.only !== api) continue
    if (route.inferred === true && !world.knobs.inferred) continue
    const id = matchPath(route.path.split('/'), segments)
    if (id !== undefined) return { route, api, id }
  }
  return undefined
}

function decode (path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** The id, '' for a route without one; ids hold no dots. A trailing slash is one segment too many. */
function matchPath (pattern: readonly string[], segments: readonly string[]): string | undefined {
  if (pattern.length !== segments.length) return undefined
  const fits = pattern.every((part, index) => {
    const segment = segments[index] ?? ''
    return part === ':id' ? segment !== '' && !segment.includes('.') : part === segment
  })
  if (!fits) return undefined
  const at = pattern.indexOf(':id')
  return at < 0 ? '' : segments[at]
}

const renderers = ['application/json', 'application/vnd.fleio.api+json']

function negotiate (accept: string): string | undefined {
  const wanted = accept.split(',').map(part => part.split(';')[0]?.trim().toLowerCase() ?? '')
  for (const type of wanted) {
    if (type === '*/*' || type === 'application/*') return 'application/json'
    if (renderers.includes(type)) return type
  }
  return undefined
}

const isVerb = (method: string): method is Verb => ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)

function dispatch (world: World, request: SimulatedRequest, { route, api, id }: Match): SimulatedReply {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const verbs = Object.keys(route.verbs)
  const allow = route.allow ?? [...verbs, ...verbs.includes('GET') ? ['HEAD'] : [], 'OPTIONS'].join(', ')
  if (method === 'OPTIONS') return { ...ok({ name: '', description: '', renders: renderers, parses: ['application/json'] }), headers: { allow } }
  const handler = isVerb(method) ? route.verbs[method] : undefined
  if (handler === undefined) return detailReply(405, `Method "${request.method}" not allowed.`, { allow })
  return handler({ world, request, api, id })
}

/** Whatever else goes wrong is Django's crash page. */
function refusalsAnswered (work: () => SimulatedReply): SimulatedReply {
  try {
    return work()
  } catch (error) {
    return error instanceof Error && isReply(error.cause) ? error.cause : crash
  }
}
