import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { createClient, dataOf, ProblemError, type Operation, type Server } from '../../src/client/client.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { sha256 } from '../helpers/api.ts'
import { sendJson, startStandIn } from '../helpers/caller.ts'
import { composeGateway } from '../helpers/gateway.ts'

const vendor = await startGlesys({ behavior: { actionMs: 60, createMs: 60, lingerMs: 20 } })
const key = 'the-key-of-the-client'
const { app, close } = await composeGateway({
  accounts: { lab: { provider: 'glesys', ...vendor.settings['glesys-lab'] } },
  auth: { mode: 'keys', keys: [{ name: 'client', sha256: sha256(key), accounts: ['*'], permissions: ['read', 'operate', 'write', 'delete'] }] }
})
const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(async () => { await close(); await vendor.close() })

const account = 'lab'
const hawser = createClient({ baseUrl, key })
const spec = { name: 'web-1', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'a-Long-Phrase-1' }

async function all (servers: AsyncGenerator<Server>): Promise<Server[]> {
  const rows: Server[] = []
  for await (const server of servers) rows.push(server)
  return rows
}

async function errorOf (work: Promise<unknown>): Promise<unknown> {
  return await work.then(() => { throw new Error('nothing was thrown') }, (error: unknown) => error)
}

t.test('every server is returned once, over all pages, in the requested order', async t => {
  vendor.addServers(30)
  const ids = (await all(hawser.servers(account, { limit: 7, sort: '-id' }))).map(({ id }) => id)
  const whole = dataOf(await hawser.GET('/v1/{account}/servers', { params: { path: { account }, query: { limit: 500, sort: '-id' } } })).data.map(({ id }) => id)
  t.same(ids, whole)
  t.ok(ids.length > 30)
  t.same(await all(hawser.servers(account, { name: 'nobody has this name' })), [])
})

t.test('a caller that stops iterating stops the requests for pages', async t => {
  const pages: string[] = []
  const counting = createClient({ baseUrl, key, fetch: async (...given) => { pages.push(String(given[0] instanceof Request ? given[0].url : given[0])); return await fetch(...given) } })
  for await (const server of counting.servers(account, { limit: 2 })) if (server.id !== '') break
  t.equal(pages.length, 1)
})

t.test('one key buys one server, and its operation is followed to the end', async t => {
  const before = vendor.created
  const first = await hawser.createServer(account, spec, 'order-1')
  const second = await hawser.createServer(account, spec, 'order-1')
  t.equal(second.id, first.id)
  t.equal(vendor.created, before + 1)
  const ended = await hawser.follow(first)
  t.match(ended, { id: first.id, action: 'create', status: 'succeeded', finished_at: String })
  t.same(await hawser.follow(ended), ended, 'an ended operation is not read again')
  const refused = await errorOf(hawser.createServer(account, { ...spec, cpus: 1 }, 'order-1'))
  t.ok(refused instanceof ProblemError)
  t.match(refused, { problem: { type: '/problems/idempotency-mismatch', status: 422 } })
})

t.test('a problem is thrown with everything that the gateway reported', async t => {
  const error = await errorOf(all(hawser.servers('nobody')))
  t.ok(error instanceof ProblemError)
  t.match(error, { name: 'ProblemError', message: /^No such account: /, problem: { type: '/problems/account-not-found', status: 404, retryable: 'no', side_effect: 'none', errors: [] } })
  t.match(await errorOf(all(createClient({ baseUrl, key: 'another' }).servers(account))), { problem: { type: '/problems/unauthenticated' } })
  t.match(await errorOf(all(createClient({ baseUrl }).servers(account))), { problem: { type: '/problems/unauthenticated' } }, 'without a key none is sent')
})

t.test('a dry run returns the calls and no operation', async t => {
  const shown = dataOf(await hawser.DELETE('/v1/{account}/servers/{id}', { params: { path: { account, id: [...vendor.servers.keys()][0] ?? '' }, query: { dry_run: true } } }))
  t.match(shown, { calls: [{ method: 'POST' }] })
  t.match(await errorOf(hawser.follow(shown)), { name: 'TypeError', message: /no operation/ })
})

t.test('an answer that is not the gateway\'s is reported as such', async t => {
  const other = await startStandIn(t, (_path, response) => { response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>') })
  const error = await errorOf(all(createClient({ baseUrl: other.url, key }).servers(account)))
  t.notOk(error instanceof ProblemError)
  t.match(error, { message: /HTTP 502/ })
  const empty = await startStandIn(t, (_path, response) => { response.writeHead(503).end() })
  t.match(await errorOf(all(createClient({ baseUrl: empty.url }).servers(account))), { message: /HTTP 503/ })
})

t.test('no redirect is followed, so the key is sent nowhere else', async t => {
  const elsewhere = await startStandIn(t, (_path, response) => { response.end('{}') })
  const other = await startStandIn(t, (_path, response) => { response.writeHead(307, { location: elsewhere.url }).end() })
  t.ok(await errorOf(createClient({ baseUrl: other.url, key }).GET('/v1/accounts')) instanceof TypeError)
  t.equal(other.asked.length, 1)
  t.equal(other.asked[0]?.headers.authorization, `Bearer ${key}`)
  t.equal(elsewhere.asked.length, 0)
})

/** Collects garbage repeatedly: a timer that only a weak reference leads to would be lost. */
function collectGarbage (test: Test): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  const timer = setInterval(() => { if (typeof collect === 'function') collect() }, 50)
  test.teardown(async () => { clearInterval(timer) })
}

t.test('a call ends at its timeout, whether the answer or the rest of its body is missing', { timeout: 60_000 }, async t => {
  collectGarbage(t)
  const silent = await startStandIn(t, () => {})
  const stalled = await startStandIn(t, (_path, response) => { response.writeHead(200, { 'content-type': 'application/json' }).write('{"data": [') })
  for (const { url } of [silent, stalled]) {
    t.match(await errorOf(createClient({ baseUrl: url, timeoutMs: 1500 }).GET('/v1/accounts')), { name: 'TimeoutError' })
  }
  const signal = AbortSignal.abort(new Error('enough'))
  t.match(await errorOf(createClient({ baseUrl: silent.url }).GET('/v1/accounts', { signal })), { message: 'enough' })
})

const running: Operation = {
  id: 'op_1', account, provider: 'glesys', action: 'stop', server_id: '1', status: 'running', created_at: '2030-01-01T00:00:00Z', updated_at: '2030-01-01T00:00:00Z', finished_at: null, progress: null, error: null, note: null, upstream: null
}

t.test('a call that waits gets the time to do so', { timeout: 60_000 }, async t => {
  const slow = await startStandIn(t, (_path, response) => {
    setTimeout(() => { sendJson(response, running) }, 600)
  })
  const hasty = createClient({ baseUrl: slow.url, timeoutMs: 100 })
  const path = { account, id: 'op_1' }
  t.match(await hasty.GET('/v1/{account}/operations/{id}', { params: { path, header: { Prefer: 'wait=30' } } }), { data: { status: 'running' } })
  t.match(await errorOf(hasty.GET('/v1/{account}/operations/{id}', { params: { path } })), { name: 'TimeoutError' })
})

t.test('following waits at the gateway, and ends at its timeout or when aborted', { timeout: 60_000 }, async t => {
  const endless = await startStandIn(t, (_path, response) => { sendJson(response, running) })
  const client = createClient({ baseUrl: endless.url })
  collectGarbage(t)
  t.match(await errorOf(client.follow(running, { withinMs: 3500 })), { name: 'TimeoutError' })
  t.match(endless.asked[0], { path: '/v1/lab/operations/op_1', headers: { prefer: /^wait=\d+$/ } })
  t.ok(endless.asked.length <= 5, 'there is a pause even if the gateway answers at once')
  const controller = new AbortController()
  const following = errorOf(client.follow(running, { signal: controller.signal }))
  controller.abort(new Error('enough'))
  t.match(await following, { message: 'enough' })
})
