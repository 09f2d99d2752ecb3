import t, { type Test } from 'tap'
import { z } from 'zod'
import { unreachable } from '../../src/adapters/capabilities.ts'
import { loadAdapters } from '../../src/adapters/registry.ts'
import type { UpstreamCost } from '../../src/adapters/verb-facts.ts'
import type { AdapterVerbs } from '../../src/adapters/verbs.ts'
import type { SimulatedCall } from '../../sandbox/kit/simulator.ts'
import { password, vendors, type Vendor } from '../conformance/vendors.ts'
import { askOf, type Ask, type Method } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { costOf } from '../../openapi/generate/derived.ts'

const registry = await loadAdapters()

/**
 * Each adapter's verb says what it may cost, and each request is held to what its own provider declares; the document shows the maximum
 * over all providers. Sign-ins, and retries after transient failures, come on top.
 */
const free = 'Provider calls: none'

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string().optional(), description: z.string().optional() })))
})

interface Declared {
  readonly calls: number
  readonly perPage: number
  readonly perRow: number
}

/** The declaration as it is published. */
function declaredIn (text: string): Declared | null {
  if (text.includes(free)) return { calls: 0, perPage: 0, perRow: 0 }
  const declared = /Provider calls: up to (.+?), plus up to \d+ to sign in/.exec(text)?.[1]
  if (declared === undefined) return null
  const number = (pattern: RegExp): number => Number(pattern.exec(declared)?.[1] ?? 0)
  return { calls: number(/^(\d+)(?:, plus|$)/), perPage: number(/(\d+) per list page/), perRow: number(/(\d+) per row/) }
}

/** What is read page by page; all rows at once are one page. */
const pages: Readonly<Record<string, (call: SimulatedCall) => boolean>> = {
  heficed: ({ method, path }) => method === 'GET' && /\/(instances|templates|sshkeys|subnets)$/.test(path),
  fleio: ({ method, query }) => method === 'GET' && query.has('page'),
  glesys: ({ path }) => /\/(list|listown|templates|allowedarguments)$/.test(path),
  vmmanager: ({ method, query }) => method === 'GET' && query.has('limit'),
  onecloud: ({ method, query }) => method === 'GET' && query.has('limit'),
  hetzner: ({ method, query }) => method === 'GET' && query.has('page'),
  openstack: ({ method, query }) => method === 'GET' && query.has('limit'),
  digitalocean: ({ method, query }) => method === 'GET' && query.has('page')
}

interface Request {
  readonly operationId: string
  readonly method: Method
  readonly path: string
  readonly body?: object
  /** The addresses that it names. */
  readonly named?: number
}

/** Every route that may call a provider, tried on servers that are there and on one that is not. */
function requestsOf ({ choices, missingId }: Vendor, servers: readonly string[], order: object): readonly Request[] {
  const address = choices.address ?? '192.0.2.11'
  let next = 0
  const each = (operationId: string, method: Method, tail: string, body?: object, named?: number): Request[] =>
    [servers[next++ % servers.length] ?? missingId, missingId].map(id => ({
      operationId, method, path: `/servers/${id}${tail}`, ...(body === undefined ? {} : { body }), ...(named === undefined ? {} : { named })
    }))
  const one = (operationId: string, method: Method, path: string, body?: object): Request => ({ operationId, method, path, ...(body === undefined ? {} : { body }) })
  const unknown = '00000000-0000-4000-8000-00000000dead'
  return [
    one('listServers', 'GET', '/servers?limit=10'), one('listServers', 'GET', '/servers?limit=500&sort=-name'), one('listServers', 'GET', '/servers?status=stopped&limit=5'),
    one('listServers', 'GET', '/servers?ip=192.0.2.12'), one('listFleet', 'GET', '/fleet?limit=10'), one('listFleet', 'GET', '/fleet?limit=500&sort=-name'), one('listFleet', 'GET', '/fleet?ip=192.0.2.12'),
    ...each('getServer', 'GET', ''),
    ...each('startServer', 'POST', '/start'), ...each('stopServer', 'POST', '/stop'), ...each('rebootServer', 'POST', '/reboot'),
    ...each('changeServer', 'PATCH', '', { name: 'budget-1.example.com' }), ...each('changeServer', 'PATCH', '', { protected: false }), ...each('changeServer', 'PATCH', '', { name: 'budget-2.example.com', protected: false }),
    one('createServer', 'POST', '/servers', order), ...each('deleteServer', 'DELETE', ''),
    ...each('resizeServer', 'POST', '/resize', choices.larger), ...each('rebuildServer', 'POST', '/rebuild', { image: choices.image }), ...each('rebuildServer', 'POST', '/rebuild', { image: unknown }),
    ...each('rescueServer', 'POST', '/rescue'), ...each('unrescueServer', 'POST', '/unrescue'),
    ...each('setPassword', 'POST', '/password'), ...each('setPassword', 'POST', '/password', { password }), ...each('openConsole', 'POST', '/console'),
    ...each('listSnapshots', 'GET', '/snapshots'), ...each('createSnapshot', 'POST', '/snapshots', { name: 'budget' }),
    ...each('restoreSnapshot', 'POST', `/snapshots/${unknown}/restore`), ...each('deleteSnapshot', 'DELETE', `/snapshots/${unknown}`),
    ...each('listServerAddresses', 'GET', '/addresses'), one('listAddresses', 'GET', '/addresses'),
    ...each('attachAddresses', 'POST', '/addresses', { addresses: [address] }, 1), ...each('attachAddresses', 'POST', '/addresses', { addresses: ['1', '2', '3'] }, 3),
    ...each('detachAddress', 'DELETE', `/addresses/${address}`), one('setPtr', 'PUT', `/addresses/${address}/ptr`, { ptr: 'budget.example.com' }),
    one('setPtr', 'PUT', `/addresses/${address}/ptr`, { ptr: null }), one('setPtr', 'PUT', '/addresses/203.0.113.250/ptr', { ptr: null }),
    one('listImages', 'GET', '/images'), one('listImages', 'GET', '/images?region=uk-lon1&instance_type=linux'), one('listPlans', 'GET', '/plans'), one('listRegions', 'GET', '/regions'),
    one('listSshKeys', 'GET', '/ssh-keys'), one('listNetworks', 'GET', '/networks'),
    one('listOwners', 'GET', '/owners'), one('getOwner', 'GET', '/owners/3'), one('getOwner', 'GET', `/owners/${unknown}`),
    one('createOwner', 'POST', '/owners', { name: 'Budget' }), one('createOwner', 'POST', '/owners', { email: 'budget@example.com', password }), one('createLoginLink', 'POST', '/owners/3/login-link'),
    one('rawGet', 'GET', '/raw/x'), one('rawPost', 'POST', '/raw/x'), one('rawPut', 'PUT', '/raw/x'), one('rawPatch', 'PATCH', '/raw/x'), one('rawDelete', 'DELETE', '/raw/x')
  ]
}

const rowsOf = (body: string): number => {
  const parsed = z.object({ data: z.array(z.unknown()) }).safeParse(JSON.parse(body === '' ? 'null' : body))
  return parsed.success ? parsed.data.data.length : 0
}

const most = new Map<string, Map<string, number>>()

async function isWithin (t: Test, { provider, vendor, verbs, ask, declared, request }: {
  readonly provider: string, readonly vendor: Vendor, readonly verbs: AdapterVerbs, readonly ask: Ask, readonly declared: ReadonlyMap<string, Declared | null>, readonly request: Request
}): Promise<void> {
  const { operationId, method, path, body, named = 0 } = request
  const what = `${provider} ${operationId} ${path}`
  const before = vendor.simulator.calls.length
  const answer = await ask(method, path, body === undefined ? {} : { body })
  // Those who follow operations ask with ids of their own.
  const own = vendor.simulator.calls.slice(before).filter(({ headers }) => headers['x-request-id'] === answer.headers['x-request-id'])
  const calls = Number(answer.headers['hawser-upstream-calls'])
  t.equal(calls, own.length, `${what} tells what was sent`)
  const [limit, published] = [costOf(operationId, verbs), declared.get(operationId)]
  const signIns = own.filter(vendor.isSignIn).length
  const looked = provider === 'glesys' || provider === 'fleio' ? own.filter(call => !vendor.isSignIn(call) && pages[provider]?.(call) !== true).length : 0
  const rows = operationId === 'listServers' || operationId === 'listFleet' ? Math.max(rowsOf(answer.body), looked) : named
  const paged = own.filter(call => pages[provider]?.(call) === true).length
  if (published === null || published === undefined) { t.fail(`${operationId} declares nothing`); return }
  const allowedBy = ({ calls, perPage = 0, perRow = 0 }: UpstreamCost): number => calls + perPage * paged + perRow * rows
  const allowed = allowedBy(limit)
  t.ok(allowed <= allowedBy(published), `${what}: the document shows the maximum`)
  t.ok(calls - signIns <= allowed, `${what}: ${calls - signIns} of ${allowed} (${answer.statusCode})`)
  const known = most.get(operationId) ?? new Map<string, number>()
  most.set(operationId, known.set(provider, Math.max(known.get(provider) ?? 0, calls - signIns)))
}

const { app: bare, close: closeBare } = await composeGateway({ accounts: {} })
const document = documentSchema.parse((await bare.inject('/openapi.json')).json())
await closeBare()
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.values(methods).map(({ operationId = '', description = '' }) => ({ path, operationId, declared: declaredIn(description) })))
const declared = new Map(operations.map(operation => [operation.operationId, operation.declared]))
const stays = new Set(['listProviders', 'listAccounts', 'getAccount', 'listOperations', 'getOperation', 'followOperation'])

t.test('every route below /v1 declares its maximum of upstream calls, and only local ones declare none', async t => {
  for (const { path, operationId, declared: told } of operations.filter(({ path }) => path.startsWith('/v1/'))) {
    t.ok(told !== null, `${operationId} ${path}`)
    t.equal(told?.calls === 0 && told.perPage === 0 && told.perRow === 0, stays.has(operationId), operationId)
  }
})

for (const [provider, start] of Object.entries(vendors)) {
  t.test(`no request to ${provider} makes more calls than its adapter declares`, async t => {
    const vendor = await start()
    vendor.pace(20)
    const [settings] = Object.values(vendor.verbAccounts)
    const { app, close } = await composeGateway({ accounts: { it: { ...settings, provider, raw: true } } })
    const guarded = await composeGateway({ accounts: { it: { ...settings, provider, guard: { max_monthly_price: { amount: 1, currency: 'EUR' } } } } })
    t.teardown(guarded.close)
    t.teardown(async () => { await close(); await vendor.simulator.close() })
    // The fleet has no account in its path.
    const [ofAccount, ofFleet] = [askOf(app, 'it'), askOf(app, 'servers')]
    const ask: Ask = async (method, path, sending) => await (path.startsWith('/fleet') ? ofFleet(method, path.slice('/fleet'.length), sending) : ofAccount(method, path, sending))
    const adapter = registry.get(provider)
    const verbs = adapter?.connect(adapter.account.parse(settings), unreachable)
    if (verbs === undefined) throw new Error(`${provider} is not registered`)
    const order = { ...verbs.create?.example, ...vendor.choices.order }
    const listed = z.object({ data: z.array(z.object({ id: z.string() })) }).parse((await ask('GET', '/servers?status=running&limit=40')).json())
    const requests = requestsOf(vendor, listed.data.map(({ id }) => id), order)
    for (const request of requests) await isWithin(t, { provider, vendor, verbs, ask, declared, request })
    for (const request of requests.filter(({ operationId }) => ['createServer', 'resizeServer'].includes(operationId))) {
      await isWithin(t, { provider, vendor, verbs, ask: askOf(guarded.app, 'it'), declared, request })
    }
    t.same([...new Set(requests.map(({ operationId }) => operationId)), ...stays].sort(), operations.filter(({ path }) => path.startsWith('/v1/')).map(({ operationId }) => operationId).sort(), 'no route is left out')
  })
}

t.test('the maximum that was seen of each route', async t => {
  for (const [operationId, seen] of most) t.comment(`${operationId}: ${[...seen].map(([provider, calls]) => `${provider} ${calls}`).join(', ')}`)
  t.equal(most.size, operations.filter(({ path }) => path.startsWith('/v1/')).length - stays.size)
})
