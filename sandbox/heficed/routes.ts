import type { SimulatedReply } from '../simulator.ts'
import { refuseOrganization, refuseScope } from './access.ts'
import * as actions from './actions.ts'
import * as backups from './backups.ts'
import { cancel } from './cancel.ts'
import { listTemplates } from './catalog.ts'
import { getInstance, listInstances, patchInstance } from './instances.ts'
import { listSubnets, releaseSubnets, routeSubnets } from './ipswitch.ts'
import { order, quote } from './orders.ts'
import { notFound, problem, type Call, type Handler } from './replies.ts'
import { createKey, listKeys } from './sshkeys.ts'
import type { Grant } from './tokens.ts'

interface Route {
  readonly method: string
  readonly path: string
  readonly run: Handler
  readonly scopes: readonly string[]
  /** A guessed path: hidden when the vendor is told to show only what was seen. */
  readonly inferred: boolean
}

const K = '/{org}/kronoscloud/instances'
const kronos = ['kronoscloud']

const seen = (method: string, path: string, run: Handler, scopes: readonly string[] = kronos): Route =>
  ({ method, path, run, scopes, inferred: false })

const guessed = (method: string, path: string, run: Handler): Route =>
  ({ method, path, run, scopes: kronos, inferred: true })

/** Fixed words come before `{id}`, so that "order" is never taken for a server. */
const routes: readonly Route[] = [
  seen('GET', '/common/kronoscloud/templates', listTemplates),
  seen('POST', '/common/kronoscloud/order/quote', quote),
  seen('GET', K, listInstances),
  seen('POST', `${K}/order`, order),
  seen('GET', `${K}/{id}`, getInstance),
  seen('POST', `${K}/{id}/stop`, actions.stop),
  seen('POST', `${K}/{id}/cancel`, cancel),
  seen('GET', '/{org}/ipswitch/v4/subnets', listSubnets, ['ipswitch']),
  seen('POST', '/{org}/ipswitch/v4/subnets/route/kronoscloud/{id}', routeSubnets, ['ipswitch', 'kronoscloud']),
  seen('POST', '/{org}/ipswitch/v4/subnets/release/kronoscloud/{id}', releaseSubnets, ['ipswitch', 'kronoscloud']),
  seen('GET', '/{org}/sshkeys', listKeys, ['sshkeys']),
  seen('POST', '/{org}/sshkeys', createKey, ['sshkeys']),
  guessed('PATCH', `${K}/{id}`, patchInstance),
  guessed('POST', `${K}/{id}/start`, actions.start),
  guessed('POST', `${K}/{id}/reboot`, actions.reboot),
  guessed('POST', `${K}/{id}/rescue`, actions.rescue),
  guessed('POST', `${K}/{id}/unrescue`, actions.unrescue),
  guessed('POST', `${K}/{id}/reinstall`, actions.reinstall),
  guessed('POST', `${K}/{id}/resetRootPass`, actions.resetPassword),
  guessed('POST', `${K}/{id}/vnc`, actions.openConsole),
  guessed('GET', `${K}/{id}/backups`, backups.listBackups),
  guessed('POST', `${K}/{id}/backups`, backups.createBackup),
  guessed('POST', `${K}/{id}/backups/{backup}/restore`, backups.restoreBackup)
]

/** Unknown route, wrong verb, missing scope, foreign organisation: checked in this order. */
export function dispatch (call: Omit<Call, 'params'>, grant: Grant): SimulatedReply {
  const { world, request } = call
  const there = routes
    .filter(route => world.knobs.inferred || !route.inferred)
    .flatMap(route => { const params = match(route.path, request.path); return params === undefined ? [] : [{ route, params }] })
  if (there.length === 0) return refuseProtoCompute(call, grant) ?? notFound(call, 'Resource')
  const found = there.find(({ route }) => route.method === request.method)
  if (found === undefined) return wrongVerb(call, there.map(({ route }) => route.method))
  const full = { ...call, params: found.params }
  return refuseScope(full, grant, found.route.scopes) ?? refuseOrganization(full) ?? found.route.run(full)
}

/** Bare metal is another product behind another scope; here it has no servers. */
const refuseProtoCompute = (call: Omit<Call, 'params'>, grant: Grant): SimulatedReply | undefined =>
  /^\/[^/]+\/protocompute\//.test(call.request.path) ? refuseScope(call, grant, ['protocompute']) : undefined

const wrongVerb = (call: Omit<Call, 'params'>, verbs: readonly string[]): SimulatedReply =>
  problem(call, { status: 405, detail: 'Method not allowed', headers: { allow: verbs.join(', ') } })

/** Ids are digits: any other word in their place is another route. No trailing slash, no doubled slash. */
function match (pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined ? part !== text : text === '' || (name !== 'org' && !/^\d{1,15}$/.test(text))) return undefined
    if (name !== undefined) params[name] = text
  }
  return params
}
