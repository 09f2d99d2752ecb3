import { findRoutes } from '../kit/router.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { act, cancel, openConsole } from './actions.ts'
import { notFound, ok, page, problem, withServer, type Call, type Handler } from './call.ts'
import { templates } from './catalog.ts'
import { listSubnets, releaseSubnets, routeSubnets } from './ipswitch.ts'
import { order, patchInstance } from './orders.ts'
import type { Grant } from './tokens.ts'

interface Route {
  readonly method: string
  readonly path: string
  readonly run: Handler
  readonly scopes: readonly string[]
  /** A guessed path: unknown while `inferred` is off in the behavior. */
  readonly inferred: boolean
}

const K = '/:org/kronoscloud/instances'
const S = '/:org/ipswitch/v4/subnets'

const seen = (method: string, path: string, run: Handler, scopes: readonly string[] = ['kronoscloud']): Route =>
  ({ method, path, run, scopes, inferred: false })

const guessed = (method: string, path: string, run: Handler): Route => ({ ...seen(method, path, run), inferred: true })

/** Totals are counted after the status filter. */
const listInstances: Handler = call => {
  const status = call.request.query.get('status')?.toLowerCase()
  const rows = [...call.world.servers.keys()].flatMap(id => call.world.visible(id) ?? [])
    .filter(server => (status ?? server.status.toLowerCase()) === server.status.toLowerCase())
  return page(call, rows, ['status'])
}

/** Catalog rows lack the location and type that the same template shows inside an instance. */
const listTemplates: Handler = call => {
  const { query } = call.request
  const typeId = query.get('instanceTypeId')
  const locationId = query.get('locationId')
  const rows = templates
    .filter(({ type, location }) => (typeId ?? type.id) === type.id && (locationId ?? location.id) === location.id)
    .map(({ template: { id, created, size, version, name } }) => ({ id, created, size, version, name }))
  return page(call, rows, ['instanceTypeId', 'locationId'])
}

/** Literal paths come before `:id`, so that "order" is not taken for a server. */
const routes: readonly Route[] = [
  seen('GET', '/common/kronoscloud/templates', listTemplates),
  seen('GET', K, listInstances),
  seen('POST', `${K}/order`, order),
  // One instance has no envelope.
  seen('GET', `${K}/:id`, withServer((_call, server) => ok(server))),
  seen('POST', `${K}/:id/stop`, act('stop')),
  seen('POST', `${K}/:id/cancel`, cancel),
  seen('GET', S, listSubnets, ['ipswitch']),
  seen('POST', `${S}/route/kronoscloud/:id`, routeSubnets, ['ipswitch', 'kronoscloud']),
  seen('POST', `${S}/release/kronoscloud/:id`, releaseSubnets, ['ipswitch', 'kronoscloud']),
  // All in one answer, without paging; the key itself is never returned.
  seen('GET', '/:org/sshkeys', call => ok({ data: call.world.keys }), ['sshkeys']),
  guessed('PATCH', `${K}/:id`, patchInstance),
  ...(['start', 'reboot', 'rescue', 'unrescue', 'reinstall', 'resetRootPass'] as const).map(word =>
    guessed('POST', `${K}/:id/${word}`, act(word))),
  guessed('POST', `${K}/:id/vnc`, openConsole)
]

/** Unknown route, wrong verb, missing scope, foreign organization: checked in this order. Ids are digits. */
export function dispatch (call: Omit<Call, 'params'>, grant: Grant): SimulatedReply {
  const { world, request } = call
  const matching = findRoutes(routes, request.path)
    .filter(({ route, params }) => (world.behavior.inferred || !route.inferred) && /^\d{1,15}$/.test(params['id'] ?? '0'))
  if (matching.length === 0) return notFound(call, 'Resource')
  const found = matching.find(({ route }) => route.method === request.method)
  if (found === undefined) {
    const allow = matching.map(({ route }) => route.method).join(', ')
    return problem(call, { status: 405, detail: 'Method not allowed', headers: { allow } })
  }
  const { route, params } = found
  if (!route.scopes.every(scope => grant.scopes.includes(scope))) {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
    return problem(call, { status: 403, detail: 'The access token does not grant the required scope', headers })
  }
  if ((params['org'] ?? world.organizationId) !== world.organizationId) {
    const status = world.behavior.unknownOrganization
    const detail = status === 404 ? 'Organization not found' : 'The application does not belong to this organization'
    return problem(call, { status, detail })
  }
  return route.run({ ...call, params })
}
