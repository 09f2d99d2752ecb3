import { connect } from 'node:net'
import t from 'tap'
import { problemSchema } from '../../src/domain/problem.ts'
import { serverSchema } from '../../src/domain/server.ts'
import { operationSchema } from '../../src/domain/operation.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import type { SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { isFollowing, sha256 } from '../helpers/api.ts'
import { createStillClock, eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { portOf } from '../helpers/ports.ts'

type Test = Pick<typeof t, 'equal' | 'match' | 'ok'>
type Json = Record<string, unknown>

const { now, pass } = createStillClock()
const vendor = await startHeficed({ clock: now, behavior: { actionMs: 300 } })
const settings = { provider: 'heficed', ...vendor.settings['heficed-main'] }
const { app, close } = await composeGateway({ accounts: { 'heficed-main': settings, 'heficed-read': { ...settings, read_only: true } } })
t.teardown(async () => { await close(); await vendor.close() })

const get = async (url: string, headers: Record<string, string> = {}) => await app.inject({ url, headers })
const post = async (url: string, payload?: object | string, headers: Record<string, string> = {}) =>
  await app.inject({ method: 'POST', url, headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(payload === undefined ? {} : { payload }) })
/** What was sent for requests; operations are followed besides. */
const asked = (): readonly SimulatedRequest[] => vendor.calls.filter(call => !isFollowing(call))
const sinceThen = (calls: number): SimulatedRequest[] => asked().slice(calls)

const isProblem = (t: Test, answer: Awaited<ReturnType<typeof get>>, status: number, slug: string, place?: string): void => {
  t.equal(answer.statusCode, status, slug)
  t.match(answer.headers['content-type'], /^application\/problem\+json/)
  const problem = problemSchema.parse(answer.json())
  t.match(problem, { type: `/problems/${slug}`, status, request_id: answer.headers['x-request-id'] })
  if (place !== undefined) t.ok(problem.errors.some(({ path }) => path === place), `names ${place}, got ${JSON.stringify(problem.errors)}`)
}

t.test('a list is a page of servers with every member of the contract', async t => {
  const answer = await get('/v1/heficed-main/servers?limit=3')
  t.equal(answer.statusCode, 200)
  const body = answer.json<{ data: Json[], page: Json }>()
  t.equal(body.data.length, 3)
  for (const server of body.data) t.same(Object.keys(server).sort(), Object.keys(serverSchema.shape).filter(key => key !== 'raw').sort())
  t.match(body.data[0], { id: '312019', account: 'heficed-main', provider: 'heficed', source: 'live', memory_mib: 512, disk_gib: 10, created_at: '2021-02-13T00:00:00Z' })
  t.match(body.page, { limit: 3, total: vendor.servers.size })
  t.type(body.page.next_cursor, 'string')
  t.match(answer.headers.link, /^<\/v1\/heficed-main\/servers\?.*cursor=.*>; rel="next"$/)
})

t.test('a walk by cursors returns every server once, in numeric order of ids', async t => {
  const found: string[] = []
  let url: string | null = '/v1/heficed-main/servers?limit=97'
  while (url !== null) {
    const answer: Awaited<ReturnType<typeof get>> = await get(url)
    found.push(...answer.json<{ data: Array<{ id: string }> }>().data.map(({ id }) => id))
    const link: unknown = answer.headers.link
    url = typeof link === 'string' ? link.slice(1, link.indexOf('>')) : null
  }
  t.same(found, [...vendor.servers.keys()].map(String).sort((a, b) => Number(a) - Number(b)))
})

t.test('every answer carries the request id, the timing and the number of upstream calls', async t => {
  const before = asked().length
  const answer = await get('/v1/heficed-main/servers/312019', { 'x-request-id': 'mine.1-2_3' })
  t.equal(answer.headers['x-request-id'], 'mine.1-2_3')
  t.equal(sinceThen(before)[0]?.headers['x-request-id'], 'mine.1-2_3', 'the same id goes upstream')
  t.match(answer.headers['server-timing'], /^gateway;dur=[\d.]+, upstream;dur=[\d.]+/)
  t.equal(answer.headers['hawser-upstream-calls'], '1')
  for (const bad of ['has space', 'a'.repeat(65), 'ä', 'x;y']) {
    t.not((await get('/health/live', { 'x-request-id': bad })).headers['x-request-id'], bad)
  }
  t.equal((await get('/nowhere')).headers['hawser-upstream-calls'], '0')
})

t.test('identical reads in flight share one upstream call, and joiners report none', async t => {
  const hold = vendor.hold()
  const before = asked().length
  const asking = Promise.all(Array.from({ length: 20 }, async () => await get('/v1/heficed-main/servers/312020')))
  await hold.reached()
  // All were asked in the same turn as the one that is on its way; this is for any that would not join it.
  await new Promise(resolve => setTimeout(resolve, 60))
  hold.release()
  const answers = await asking
  t.equal(sinceThen(before).length, 1)
  t.same(answers.map(answer => answer.headers['hawser-upstream-calls']).sort(), [...Array(19).fill('0'), '1'])
  t.ok(answers.every(answer => answer.statusCode === 200))
})

t.test('a read after an answered write joins no read begun before it', async t => {
  const hold = vendor.hold({ match: ({ path }) => path.endsWith('/337219'), times: 1 })
  const before = asked().length
  const early = get('/v1/heficed-main/servers/337219')
  await hold.reached()
  await post('/v1/heficed-main/servers/337234/stop')
  await get('/v1/heficed-main/servers/337219')
  hold.release()
  await early
  t.equal(sinceThen(before).filter(({ path }) => path.endsWith('/337219')).length, 2)
})

t.test('a caller that disconnects does not take the answer from the other waiters', async t => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const port = portOf(app.server)
  let [came, left] = [0, 0]
  app.server.on('request', (_request, response) => {
    came += 1
    response.once('close', () => { left += 1 })
  })
  const hold = vendor.hold({ match: ({ path }) => path.endsWith('/337237') })
  const before = asked().length
  const controller = new AbortController()
  const first = fetch(`http://127.0.0.1:${port}/v1/heficed-main/servers/337237`, { signal: controller.signal }).catch(() => null)
  await hold.reached()
  const second = fetch(`http://127.0.0.1:${port}/v1/heficed-main/servers/337237`)
  await eventually(() => came === 2)
  controller.abort()
  t.equal(await first, null)
  await eventually(() => left === 1)
  hold.release()
  t.match(await (await second).json(), { id: '337237' })
  t.equal(sinceThen(before).length, 1)
})

t.test('an unchanged list answers 304 to its ETag, a changed or differently shaped one does not', async t => {
  const url = '/v1/heficed-main/servers?limit=5'
  const { headers: { etag } } = await get(url)
  t.match(etag, /^W\/"/)
  const tag = String(etag)
  const again = await get(url, { 'if-none-match': tag })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
  t.equal((await get(url, { 'if-none-match': `"x", ${tag}` })).statusCode, 304)
  t.equal((await get(`${url}&include=raw`, { 'if-none-match': tag })).statusCode, 200)
  t.equal((await get(`${url}&sort=-id`, { 'if-none-match': tag })).statusCode, 200)
})

t.test('include=raw shows the provider\'s object without secrets', async t => {
  const one = await get('/v1/heficed-main/servers/312019?include=raw')
  t.match(one.json(), { raw: { id: 312019, password: '[redacted]' } })
  const all = await get('/v1/heficed-main/servers?limit=500&include=raw')
  t.notOk(all.body.includes('SECRET'))
  t.notOk((await get('/v1/heficed-main/servers/312019')).body.includes('"raw"'))
})

t.test('unknown parameters and members, and values out of bounds, are 400 and name the location', async t => {
  const before = asked().length
  const bad: Array<[string, string]> = [
    ['limit=0', 'limit'], ['limit=501', 'limit'], ['limit=ten', 'limit'], ['limit=1.5', 'limit'], ['limit=-1', 'limit'], ['limit=', 'limit'], ['limit=1&limit=2', 'limit'],
    ['cursor=x', 'cursor'], ['cursor=', 'cursor'], ['status=on', 'status'], ['status=running,,', 'status'], ['status=', 'status'], ['ip=1.2.3', 'ip'], ['sort=size', 'sort'],
    ['include=all', 'include'], ['name=', 'name'], ['dryrun=true', 'dryrun'], ['Limit=1', 'Limit'], ['__proto__=1', '__proto__'], ['constructor=1', 'constructor'], [`q=${'x'.repeat(256)}`, 'q']
  ]
  for (const [query, place] of bad) isProblem(t, await get(`/v1/heficed-main/servers?${query}`), 400, 'invalid-request', `query.${place}`)
  isProblem(t, await get('/v1/accounts?x=1'), 400, 'invalid-request', 'query.x')
  isProblem(t, await get('/v1/providers?x=1'), 400, 'invalid-request', 'query.x')
  isProblem(t, await get('/health/live?x=1'), 400, 'invalid-request', 'query.x')
  isProblem(t, await get('/v1/heficed-main/servers/312019?include='), 400, 'invalid-request', 'query.include')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop?force=true'), 400, 'invalid-request', 'query.force')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', { force: 'yes' }), 400, 'invalid-request', 'body.force')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', { force: true, now: 1 }), 400, 'invalid-request', 'body.now')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', []), 400, 'invalid-request', 'body')
  isProblem(t, await post('/v1/heficed-main/servers/312019/start', { force: true }), 400, 'invalid-request', 'body.force')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', '{"force":'), 400, 'invalid-request')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', '{"__proto__":{"force":true}}'), 400, 'invalid-request')
  isProblem(t, await app.inject({ method: 'POST', url: '/v1/heficed-main/servers/312019/stop', headers: { 'content-type': 'text/plain' }, payload: 'force' }), 415, 'unsupported-media-type')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', { force: false, pad: 'x'.repeat(300_000) }), 413, 'payload-too-large')
  t.equal(asked().length, before, 'nothing of this went upstream')
})

t.test('ids that could escape their path segment are refused before anything is sent', async t => {
  const before = asked().length
  for (const id of ['..', '%2e%2e', '.', 'a%2Fb', '%2e%2e%2fadmin', 'x%00', 'a%20b', '%F0%9F%92%A5', 'a%3Fb', 'a%23b', 'x'.repeat(129)]) {
    const answer = await get(`/v1/heficed-main/servers/${id}`)
    t.ok(answer.statusCode === 400 || answer.statusCode === 404, `${id}: ${answer.statusCode}`)
  }
  t.equal((await get('/v1/heficed-main/servers/not-a-number')).statusCode, 404)
  t.equal((await get('/v1/heficed-main/servers/%zz')).statusCode, 400)
  t.equal(asked().length, before)
})

t.test('missing things are 404, each with its own type', async t => {
  isProblem(t, await get('/v1/nowhere/servers'), 404, 'account-not-found')
  isProblem(t, await get('/v1/heficed-main/servers/999999999'), 404, 'server-not-found')
  isProblem(t, await post('/v1/heficed-main/servers/999999999/stop'), 404, 'server-not-found')
  isProblem(t, await get('/v1/heficed-main/operations/op_nothing'), 404, 'operation-not-found')
  isProblem(t, await get('/v1'), 404, 'not-found')
  isProblem(t, await get('/v2/accounts'), 404, 'not-found')
  isProblem(t, await get('/problems/nonsense'), 404, 'not-found')
})

t.test('another method on a known path is 405 with Allow', async t => {
  const answer = await app.inject({ method: 'DELETE', url: '/v1/accounts' })
  isProblem(t, answer, 405, 'method-not-allowed')
  t.equal(answer.headers.allow, 'GET, HEAD')
  t.equal((await get('/v1/heficed-main/servers/312019/stop')).headers.allow, 'POST')
})

t.test('an action answers 202 with an operation that can be followed to its end', async t => {
  const answer = await post('/v1/heficed-main/servers/312019/stop')
  t.equal(answer.statusCode, 202)
  const operation = operationSchema.parse(answer.json())
  t.match(operation, { account: 'heficed-main', provider: 'heficed', action: 'stop', server_id: '312019', status: 'running', finished_at: null, upstream: { id: String, status: null } })
  t.equal(answer.headers.location, `/v1/heficed-main/operations/${operation.id}`)
  t.match(answer.headers['retry-after'], /^\d+$/)
  t.match((await get(`/v1/heficed-main/operations/${operation.id}`)).json(), { status: 'running' })
  pass(300)
  const ended = await get(`/v1/heficed-main/operations/${operation.id}`, { prefer: 'wait=100' })
  t.equal(ended.statusCode, 200)
  t.equal(ended.headers['preference-applied'], 'wait=100')
  t.match(ended.json(), { status: 'succeeded', error: null, finished_at: /Z$/ })
  t.match((await get('/v1/heficed-main/servers/312019')).json(), { status: 'stopped', power: 'off' })
  isProblem(t, await get(`/v1/heficed-read/operations/${operation.id}`), 404, 'operation-not-found')
})

t.test('Prefer: wait holds the answer until the end or the timeout, and a malformed one is ignored', async t => {
  const short = await post('/v1/heficed-main/servers/312019/start', undefined, { prefer: 'wait=0' })
  t.equal(short.statusCode, 202)
  t.equal(short.headers['preference-applied'], 'wait=0')
  pass(300)
  await get(short.headers.location ?? '', { prefer: 'wait=100' })
  vendor.behavior.actionMs = 0
  const long = await post('/v1/heficed-main/servers/312019/stop', { force: true }, { prefer: 'respond-async, wait=100' })
  vendor.behavior.actionMs = 300
  t.equal(long.statusCode, 200)
  t.match(long.json(), { status: 'succeeded' })
  for (const prefer of ['wait=soon', 'wait', 'wait=-1', 'wait=1e3', 'handling=strict', '']) {
    const answer = await post('/v1/heficed-main/servers/312019/start', undefined, { prefer })
    t.equal(answer.statusCode, 202, prefer)
    t.notOk(answer.headers['preference-applied'])
  }
  t.equal((await get(short.headers.location ?? '', { prefer: 'wait=100000' })).headers['preference-applied'], 'wait=300')
})

t.test('a duplicate parameter is named in the problem', async t => {
  const main = '/v1/heficed-main/servers'
  const reads = [
    'limit=1&limit=2', 'cursor=a&cursor=b', 'status=running&status=stopped', 'sort=id&sort=name', 'q=a&q=b', 'include=raw&include=raw'
  ]
  const answers = [
    ...await Promise.all(reads.map(async query => await get(`${main}?${query}`))),
    await get('/v1/servers?deadline_ms=1000&deadline_ms=2000'), await post(`${main}/312019/stop?dry_run=true&dry_run=false`)
  ]
  for (const answer of answers) {
    isProblem(t, answer, 400, 'invalid-request')
    t.match(
      answer.json(),
      { detail: /^query\.\w+: may be given only once$/, errors: [{ path: /^query\./, message: 'may be given only once' }] }
    )
  }
  const unknown = await get(`${main}?limt=1&limt=2`)
  isProblem(t, unknown, 400, 'invalid-request', 'query.limt')
  t.match(unknown.json(), { errors: [{ message: 'is not supported' }] }, 'an unknown one is not asked for once')
})

t.test('a read_only account reads, and refuses writes before any call', async t => {
  t.equal((await get('/v1/heficed-read/servers/312019')).statusCode, 200)
  t.same((await get('/v1/heficed-read/servers/312019')).json<{ allowed_actions: string[] }>().allowed_actions, [])
  const before = asked().length
  isProblem(t, await post('/v1/heficed-read/servers/312019/stop'), 403, 'forbidden')
  t.equal(asked().length, before)
})

t.test('an inferred verb that the vendor does not know is 501, unless the server is missing', async t => {
  vendor.behavior.inferred = false
  isProblem(t, await post('/v1/heficed-main/servers/312019/reboot'), 501, 'operation-not-supported')
  isProblem(t, await post('/v1/heficed-main/servers/999999999/reboot'), 404, 'server-not-found')
  vendor.behavior.inferred = true
})

t.test('each fault of the provider has its own problem, without the raw text', async t => {
  const faulty = async (reply: { status: number, headers?: Record<string, string>, body?: unknown }, times = 3) => {
    vendor.fail({ kind: 'reply', times, match: ({ path }) => path.endsWith('/337222'), reply })
    const answer = await get('/v1/heficed-main/servers/337222')
    vendor.clearFaults()
    return answer
  }
  const html = { 'content-type': 'text/html' }
  isProblem(t, await faulty({ status: 200, headers: html, body: '<html>SECRET</html>' }), 502, 'upstream-malformed')
  isProblem(t, await faulty({ status: 200, body: '{"id": 337222, "sta' }), 502, 'upstream-malformed')
  isProblem(t, await faulty({ status: 200, body: { id: {}, status: [] } }), 502, 'upstream-malformed')
  isProblem(t, await faulty({ status: 200, body: '{"__proto__":{"id":1}}' }), 502, 'upstream-malformed')
  isProblem(t, await faulty({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }), 502, 'upstream-malformed')
  isProblem(t, await faulty({ status: 500, headers: html, body: '<h1>SECRET traceback</h1>' }), 503, 'upstream-unavailable')
  isProblem(t, await faulty({ status: 403, body: { title: 'No', detail: 'insufficient_scope' } }), 502, 'upstream-forbidden')
  isProblem(t, await faulty({ status: 401, body: {} }), 502, 'upstream-authentication')
  const limited = await faulty({ status: 429, headers: { 'retry-after': '42' }, body: {} })
  isProblem(t, limited, 429, 'upstream-rate-limited')
  t.equal(limited.headers['retry-after'], '42')
  t.match(limited.json(), { retryable: 'safe', retry_after_s: 42, side_effect: 'none', account: 'heficed-main', provider: 'heficed', upstream: { status: 429 } })
  for (const answer of [await faulty({ status: 500, headers: html, body: 'SECRET' }), await faulty({ status: 400, body: { detail: `token ${vendor.settings['heficed-main']?.client_secret ?? ''}` } })]) {
    t.notOk(answer.body.includes('SECRET'))
    t.notOk(answer.body.includes(vendor.settings['heficed-main']?.client_secret ?? '?'))
  }
  t.match((await get('/v1/heficed-main/servers/337222')).json(), { id: '337222' }, 'and all is well afterwards')
})

t.test('a session token that the provider quotes is redacted', async t => {
  await get('/v1/heficed-main/servers/312019')
  const token = /Bearer (\S+)/.exec(vendor.calls.at(-1)?.headers.authorization ?? '')?.[1] ?? ''
  t.ok(token.length > 20)
  vendor.fail({ kind: 'reply', match: ({ path }) => path.endsWith('/312020'), reply: { status: 400, body: { detail: `Session ${token} may not see this` } } })
  const answer = await get('/v1/heficed-main/servers/312020')
  isProblem(t, answer, 422, 'upstream-rejected')
  t.notOk(answer.body.includes(token))
  t.match(answer.json(), { upstream: { message: /Session \[redacted\] may not see this/ } })
  const half = token.slice(0, Math.max(16, token.length / 2))
  const reply = { status: 400, body: { detail: `Session ${half}… may not see this` } }
  vendor.fail({ kind: 'reply', match: ({ path }) => path.endsWith('/312020'), reply })
  t.match(
    (await get('/v1/heficed-main/servers/312020')).json(), { upstream: { message: /Session \[redacted\]… may not see this/ } },
    'nor half of it'
  )
})

t.test('the router\'s own refusals are problems too, with every header', async t => {
  for (const url of ['/v1/%E0%A4%A/servers', '/v1/heficed-main/servers/%zz']) {
    const answer = await get(url)
    isProblem(t, answer, 400, 'invalid-request', 'path')
    t.equal(answer.headers['hawser-upstream-calls'], '0')
    t.ok(answer.headers['server-timing'])
  }
  isProblem(t, await get(`/v1/heficed-main/servers/${'x'.repeat(300)}`), 404, 'not-found')
  const port = portOf(app.server)
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => { socket.write('NONSENSE\r\n\r\n') })
    let received = ''
    socket.on('data', chunk => { received += chunk.toString() })
    socket.on('close', () => { resolve(received) })
    socket.on('error', reject)
  })
  t.match(text, /^HTTP\/1\.1 400 /)
  t.match(text, /application\/problem\+json/)
  t.match(text, /x-request-id: /)
})

t.test('a wait ends in time although the provider does not answer', async t => {
  vendor.fail({ kind: 'hang-before', times: 10, match: ({ headers }) => headers['x-request-id']?.startsWith('follow-') === true })
  const started = await post('/v1/heficed-main/servers/337222/stop')
  const began = performance.now()
  const answer = await get(started.headers.location ?? '', { prefer: 'wait=1' })
  vendor.clearFaults()
  t.equal(answer.statusCode, 200)
  t.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`)
  t.match(answer.json(), { status: 'running' })
})

t.test('missing verbs are 501 without an upstream call, on every account', async t => {
  const before = asked().length
  const absent: Array<['GET' | 'POST' | 'PUT' | 'DELETE', string, object?]> = [
    ['GET', '/servers/312019/snapshots'], ['POST', '/servers/312019/snapshots', { name: 'x' }], ['DELETE', '/servers/312019/snapshots/x'], ['GET', '/plans'],
    ['GET', '/owners'], ['POST', '/owners', { name: 'x' }], ['POST', '/owners/1/login-link'], ['PUT', '/addresses/192.0.2.1/ptr', { ptr: null }]
  ]
  for (const [method, path, payload] of absent) {
    isProblem(t, await app.inject({ method, url: `/v1/heficed-main${path}`, ...(payload === undefined ? {} : { payload }) }), 501, 'operation-not-supported')
  }
  isProblem(t, await app.inject({ method: 'GET', url: '/v1/nowhere/images' }), 404, 'account-not-found')
  isProblem(t, await post('/v1/heficed-main/servers/312019/stop', 'null'), 400, 'invalid-request', 'body')
  isProblem(t, await app.inject({ method: 'OPTIONS', url: '/v1/accounts' }), 405, 'method-not-allowed')
  t.equal(asked().length, before)
})

t.test('keys see their accounts and use their permissions; callers without a key learn nothing', async t => {
  const guarded = await composeGateway({
    accounts: { a: settings, b: settings },
    auth: {
      mode: 'keys',
      keys: [
        { name: 'all', sha256: sha256('key-all'), accounts: ['*'], permissions: ['read', 'operate'] },
        { name: 'reader', sha256: sha256('key-reader'), accounts: ['a'], permissions: ['read'] },
        { name: 'operator', sha256: sha256('key-operator'), accounts: ['a'], permissions: ['operate'] }
      ]
    }
  })
  t.teardown(async () => { await guarded.close() })
  const ask = async (url: string, headers: Record<string, string>, method: 'GET' | 'POST' = 'GET') => await guarded.app.inject({ method, url, headers })
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
  for (const headers of [{}, bearer('nope'), { 'x-api-key': '' }, { 'x-api-key': 'nope' }, { authorization: 'Basic a2V5LWFsbA==' }, { ...bearer('key-all'), 'x-api-key': 'key-reader' }]) {
    for (const url of ['/v1/accounts', '/v1/a/servers', '/v1/nowhere/servers', '/v1/a/servers?limit=bad']) {
      const answer = await ask(url, headers)
      isProblem(t, answer, 401, 'unauthenticated')
      t.match(answer.headers['www-authenticate'], /^Bearer/)
    }
  }
  t.equal((await ask('/v1/a/servers?limit=1', bearer('key-reader'))).statusCode, 200)
  t.equal((await ask('/v1/a/servers?limit=1', { 'x-api-key': 'key-reader' })).statusCode, 200)
  t.equal((await ask('/v1/b/servers?limit=1', bearer('key-all'))).statusCode, 200)
  const foreign = await ask('/v1/b/servers', bearer('key-reader'))
  const missing = await ask('/v1/c/servers', bearer('key-reader'))
  isProblem(t, foreign, 404, 'account-not-found')
  t.same({ ...foreign.json<Json>(), request_id: '' }, { ...missing.json<Json>(), request_id: '' }, 'a foreign account looks like a missing one')
  isProblem(t, await ask('/v1/a/servers/312019/stop', bearer('key-reader'), 'POST'), 403, 'forbidden')
  isProblem(t, await ask('/v1/a/servers', bearer('key-operator')), 403, 'forbidden')
  t.same((await ask('/v1/accounts', bearer('key-reader'))).json<{ data: Array<{ id: string }> }>().data.map(({ id }) => id), ['a'])
  t.equal((await ask('/health/ready', {})).statusCode, 200)
  t.equal((await ask('/openapi.json', {})).statusCode, 200)
  t.equal((await ask('/docs/', {})).statusCode, 200)
})

t.test('providers, accounts, and an account with its capabilities and health need no upstream call', async t => {
  const before = asked().length
  const providers = (await get('/v1/providers')).json<{ data: Json[] }>().data
  t.match(providers.find(({ id }) => id === 'heficed'), { title: String, settings: { type: 'object', properties: { organization_id: {} } }, capabilities: { stop: { support: 'native', evidence: 'documented', accepts: ['force'] }, start: { evidence: 'inferred' }, owners: undefined, 'owners.list': { support: 'none', evidence: null } } })
  t.match((await get('/v1/accounts')).json(), { data: [{ id: 'heficed-main', provider: 'heficed', read_only: false }, { id: 'heficed-read', read_only: true }] })
  t.match((await get('/v1/heficed-main')).json(), { id: 'heficed-main', health: { status: 'ok', problem: null }, capabilities: { list: { support: 'native' } } })
  t.equal(asked().length, before)
})

t.test('health, documents and problem pages need no key', async t => {
  t.same((await get('/health/live')).json(), { status: 'ok' })
  t.same((await get('/health/ready')).json(), { status: 'ok', redis: null })
  t.match((await get('/openapi.json')).json(), { openapi: '3.1.0', paths: { '/v1/{account}/servers': { get: { operationId: 'listServers' } } } })
  const page = await get('/problems/upstream-suspended')
  t.match(page.headers['content-type'], /^text\/html/)
  t.match(page.body, /suspended/)
  for (const url of ['/docs', '/problems', '/problems/internal']) {
    t.match((await get(url)).headers['content-security-policy'], /^default-src 'none'; .*frame-ancestors 'none'$/, url)
  }
  t.match((await get('/')).json(), { name: 'Hawser', docs: '/docs', problems: '/problems' })
  isProblem(t, await get('/?x=1'), 400, 'invalid-request', 'query.x')
  const parts = { accounts: {}, state: { kind: 'redis', isAvailable: () => false } } as const
  const lost = await composeGateway(parts)
  t.same((await lost.app.inject('/health/ready')).json(), { status: 'degraded', redis: 'lost' })
  const full = await composeGateway({ accounts: {}, state: { kind: 'file', isAvailable: () => false } })
  t.same((await full.app.inject('/health/ready')).json(), { status: 'degraded', redis: null, state: 'lost' })
  await full.close()
  const stopping = await composeGateway({ ...parts, isServing: () => false })
  t.equal((await stopping.app.inject('/health/ready')).statusCode, 503)
  await lost.close()
  await stopping.close()
})

t.test('a body that is nested too deeply is 400, and so is a missing one', async t => {
  const { app, close } = await composeGateway({ accounts: { main: settings } })
  t.teardown(close)
  const nested = (levels: number): string => `{"options":${'['.repeat(levels)}${']'.repeat(levels)}}`
  for (const levels of [60, 20_000]) {
    const answer = await app.inject({ method: 'POST', url: '/v1/main/servers', headers: { 'content-type': 'application/json', 'idempotency-key': 'deep' }, payload: nested(levels) })
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), { type: '/problems/invalid-request', errors: [{ path: 'body', message: /nested/ }] })
  }
})
