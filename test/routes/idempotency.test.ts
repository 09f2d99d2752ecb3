import t, { type Test } from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import type { SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { askOf, isOperation, isProblem, sha256, type Ask, type Sending } from '../helpers/api.ts'
import { createFastClock, eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { portOf } from '../helpers/ports.ts'

const clock = createFastClock(20)
/** Let pass for the vendor beside the time that passes for everybody. */
let passed = 0
const createMs = 60
/** An order that takes so long is done when the test says so. */
const slowMs = 3_600_000
const vendor = await startGlesys({ clock: () => clock.now() + passed, behavior: { actionMs: 60, createMs, lingerMs: 20 } })
const settings = { provider: 'glesys', request_deadline_ms: 400_000, ...vendor.settings['glesys-lab'] }
const permissions = ['read', 'operate', 'write', 'delete', 'raw', 'admin']
const { app, close } = await composeGateway({
  accounts: { lab: { ...settings, raw: true }, twin: settings, hasty: settings, hanging: { ...settings, timeout_ms: 3000 } },
  clock,
  auth: { mode: 'keys', keys: ['one', 'two'].map(name => ({ name, sha256: sha256(name), accounts: ['*'], permissions })) }
})
t.teardown(async () => { await close(); await vendor.close() })

const as = (caller: string, account = 'lab'): Ask => async (method, url, sending = {}) =>
  await askOf(app, account)(method, url, { ...sending, headers: { 'x-api-key': caller, ...sending.headers } })
const ask = as('one')
const keyed = (key: string, body?: unknown, headers: Record<string, string> = {}): Sending =>
  ({ ...(body === undefined ? {} : { body }), headers: { 'idempotency-key': key, ...headers } })
const orderOf = (name: string) => ({ name, region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'a-Long-Phrase-1' })
const isOrder = ({ path }: SimulatedRequest): boolean => path === '/server/create'
const named = (name: string): number => [...vendor.servers.values()].filter(({ hostname }) => hostname === name).length
const told = ({ statusCode, body, headers }: LightMyRequestResponse) => ({ statusCode, body, location: headers.location, type: headers['content-type'] })

/** The second answer is the first one again. */
function isReplay (t: Test, first: LightMyRequestResponse, second: LightMyRequestResponse): void {
  t.same(told(second), told(first))
  t.equal(second.headers['idempotency-replayed'], 'true')
  t.equal(first.headers['idempotency-replayed'], undefined)
  t.equal(second.headers['hawser-upstream-calls'], '0')
}

// Begun before everything else: what became of an order that never arrived shows only after a while.
vendor.fail({ kind: 'reset-before', match: isOrder })
const neverArrived = await as('one', 'twin')('POST', '/servers', keyed('never', orderOf('never')))
const boughtAtFirst = named('never')
/** Its time is for nothing but the answer that never comes; it runs beside the other tests. */
const isHanging = (request: SimulatedRequest): boolean => isOrder(request) && request.body.includes('hang-after')
vendor.fail({ kind: 'hang-after', match: isHanging })
vendor.behavior.createMs = slowMs
const hanging = as('one', 'hanging')('POST', '/servers', keyed('hang-after', orderOf('hang-after')))
await eventually(() => named('hang-after') === 1)
vendor.behavior.createMs = createMs
const repeats = Promise.all([1, 2].map(async () => await as('one', 'twin')('POST', '/servers', keyed('never', orderOf('never')))))

t.test('of five equal requests at once one buys, and the others learn that it is in progress', async t => {
  const hold = vendor.hold({ match: request => isOrder(request) && request.body.includes('five') })
  let answered = 0
  const asking = Array.from({ length: 5 }, async () => {
    const answer = await ask('POST', '/servers', keyed('five', orderOf('five')))
    answered += 1
    return answer
  })
  await hold.reached()
  await eventually(() => answered === 4)
  hold.release()
  const answers = await Promise.all(asking)
  const accepted = answers.filter(({ statusCode }) => statusCode === 202)
  t.equal(accepted.length, 1)
  for (const answer of answers.filter(({ statusCode }) => statusCode !== 202)) {
    t.match(isProblem(t, answer, 409, 'idempotency-in-progress'), { retryable: 'safe', side_effect: 'none' })
    t.match(answer.headers['retry-after'], /^\d+$/)
  }
  t.equal(named('five'), 1)
  const [first] = accepted
  if (first !== undefined) isReplay(t, first, await ask('POST', '/servers', keyed('five', orderOf('five'))))
  t.equal(named('five'), 1)
})

t.test('a repeat gets the same answer, whatever the order of its members', async t => {
  const first = await ask('POST', '/servers', keyed('again', orderOf('again')))
  isOperation(t, first, 202, 'create')
  isReplay(t, first, await ask('POST', '/servers', keyed('again', orderOf('again'))))
  const turned = Object.fromEntries(Object.entries(orderOf('again')).reverse())
  isReplay(t, first, await ask('POST', '/servers', keyed('again', turned)))
  t.equal(named('again'), 1)
  const waited = await ask('POST', '/servers', keyed('waited', orderOf('waited'), { prefer: 'wait=300' }))
  t.equal(isOperation(t, waited, 200, 'create').status, 'succeeded')
  t.equal(waited.headers['preference-applied'], 'wait=300')
  const replayed = await ask('POST', '/servers', keyed('waited', orderOf('waited')))
  isReplay(t, waited, replayed)
  t.equal(replayed.headers['preference-applied'], undefined, 'nothing was waited for now')
})

t.test('a repeat waits by its own Prefer header and gets the present state of the operation', async t => {
  const stop = async (headers: Record<string, string>) => await ask(
    'POST', '/servers/kvm140008/stop', keyed('prefer', { force: true }, headers)
  )
  vendor.behavior.actionMs = slowMs
  const first = await stop({})
  const operation = isOperation(t, first, 202, 'stop')
  const hasty = await stop({ prefer: 'wait=0' })
  t.match(isOperation(t, hasty, 202, 'stop'), { id: operation.id, status: 'running' })
  t.match(hasty.headers, { 'preference-applied': 'wait=0', 'idempotency-replayed': 'true' })
  const waiting = stop({ prefer: 'wait=100' })
  passed += slowMs
  vendor.behavior.actionMs = 60
  const waited = await waiting
  t.match(isOperation(t, waited, 200, 'stop'), { id: operation.id, status: 'succeeded' })
  t.match(waited.headers, { 'preference-applied': 'wait=100', 'idempotency-replayed': 'true' })
  isReplay(t, first, await stop({}))
  isReplay(t, first, await stop({ prefer: 'wait=soon' }))
  t.equal(vendor.calls.filter(({ path, body }) => path === '/server/stop' && body.includes('kvm140008')).length, 1)
})

t.test('another body, path or query under the same key is 422', async t => {
  isOperation(t, await ask('POST', '/servers/kvm123456/stop', keyed('mixed', { force: true }, { prefer: 'wait=300' })), 200, 'stop')
  const others: Array<readonly [string, unknown]> = [
    ['/servers/kvm123456/stop', { force: false }], ['/servers/kvm123456/stop', undefined], ['/servers/kvm140002/stop', { force: true }],
    ['/servers/kvm123456/reboot', undefined], ['/servers/kvm123456/stop?dry_run=false', { force: true }], ['/servers', orderOf('mixed')]
  ]
  for (const [path, body] of others) isProblem(t, await ask('POST', path, keyed('mixed', body)), 422, 'idempotency-mismatch')
  isProblem(t, await ask('DELETE', '/servers/kvm123456', keyed('mixed')), 422, 'idempotency-mismatch')
  t.equal(named('mixed'), 0)
})

t.test('a key belongs to its caller and account', async t => {
  const first = await ask('POST', '/servers', keyed('mine', orderOf('mine-1')))
  const foreign = await as('two')('POST', '/servers', keyed('mine', orderOf('mine-2')))
  const elsewhere = await as('one', 'twin')('POST', '/servers', keyed('mine', orderOf('mine-3')))
  for (const answer of [first, foreign, elsewhere]) {
    isOperation(t, answer, 202, 'create')
    t.equal(answer.headers['idempotency-replayed'], undefined)
  }
  t.same(['mine-1', 'mine-2', 'mine-3'].map(named), [1, 1, 1])
})

t.test('a refused request leaves its key unused', async t => {
  const send = async (body: unknown, path = '/servers') => await ask('POST', path, keyed('refused', body))
  isProblem(t, await send({ ...orderOf('refused'), colour: 'red' }), 400, 'invalid-request')
  isProblem(t, await send({ ...orderOf('refused'), tags: ['a'] }), 400, 'invalid-request')
  isProblem(t, await send({ ...orderOf('refused'), image: 'beos-5' }), 422, 'upstream-rejected')
  isProblem(t, await send({ image: 'x' }, '/servers/kvm140002/rebuild'), 501, 'operation-not-supported')
  isProblem(t, await send({ force: true }, '/servers/kvm999999/stop'), 404, 'server-not-found')
  isProblem(t, await send({ force: true }, '/servers/kvm130002/stop'), 409, 'conflict')
  t.equal((await send(orderOf('refused'), '/servers?dry_run=true')).statusCode, 200)
  isOperation(t, await send(orderOf('refused')), 202, 'create')
  t.equal(named('refused'), 1)
})

t.test('a key has 1 to 255 characters', async t => {
  for (const key of ['', 'x'.repeat(256)]) isProblem(t, await ask('POST', '/servers/kvm123456/start', keyed(key)), 400, 'invalid-request', 'headers.idempotency-key')
  for (const key of ['x', 'y'.repeat(255)]) t.equal((await ask('POST', '/servers/kvm140005/start', keyed(key, undefined, { prefer: 'wait=300' }))).statusCode, 200, key.slice(0, 2))
  t.equal((await ask('GET', '/servers/kvm123456', keyed(''))).statusCode, 200, 'reads have no use for one')
})

t.test('every write accepts a key and is executed once', async t => {
  const times = (name: string): number => vendor.functionCalls.get(name) ?? 0
  const twice = async (work: () => Promise<LightMyRequestResponse>, name: string): Promise<void> => {
    const before = times(name)
    const first = await work()
    t.ok(first.statusCode < 300, `${name}: ${first.body.slice(0, 200)}`)
    isReplay(t, first, await work())
    t.equal(times(name), before + 1, name)
  }
  const wait = { prefer: 'wait=300' }
  const server = '/servers/kvm140001'
  await twice(async () => await ask('POST', `${server}/stop`, keyed('w1', { force: true }, wait)), 'server/stop')
  await twice(async () => await ask('POST', `${server}/start`, keyed('w2', undefined, wait)), 'server/start')
  await twice(async () => await ask('POST', `${server}/resize`, keyed('w3', { cpus: 8 }, wait)), 'server/edit')
  await twice(async () => await ask('PATCH', server, keyed('w4', { name: 'once.example.com' }, wait)), 'server/edit')
  await twice(async () => await ask('POST', `${server}/addresses`, keyed('w5', { addresses: ['192.0.2.11'] }, wait)), 'ip/add')
  await twice(async () => await ask('DELETE', `${server}/addresses/192.0.2.11`, keyed('w6', undefined, wait)), 'ip/remove')
  await twice(async () => await ask('PUT', '/addresses/192.0.2.12/ptr', keyed('w7', { ptr: 'once.example.com' })), 'ip/setptr')
  await twice(async () => await ask('POST', '/raw/server/edit', keyed('w8', { serverid: 'kvm140005', description: 'raw' })), 'server/edit')
  await twice(async () => await ask('DELETE', `${server}?keep_addresses=true`, keyed('w9', undefined, wait)), 'server/destroy')
})

t.test('a dry run consumes no key, also for raw calls', async t => {
  for (const [path, body] of [['/servers', orderOf('dry')], ['/raw/server/edit', { serverid: 'kvm140005', description: 'dry' }]] as const) {
    const dry = await ask('POST', `${path}?dry_run=true`, keyed(`dry ${path}`, body))
    t.equal(dry.statusCode, 200)
    t.ok(dry.json<{ calls?: unknown[] }>().calls?.length)
    const real = await ask('POST', path, keyed(`dry ${path}`, body))
    t.ok(real.statusCode < 300, real.body)
    t.equal(real.headers['idempotency-replayed'], undefined)
  }
  t.equal(named('dry'), 1)
})

t.test('a raw write with an unknown outcome is not sent again', async t => {
  const edits = (): number => vendor.calls.filter(({ path }) => path === '/server/edit').length
  const before = edits()
  vendor.fail({ kind: 'reply', match: ({ path }) => path === '/server/edit', reply: { status: 500, body: { response: { status: { code: 500, text: 'no' } } } } })
  const first = await ask('POST', '/raw/server/edit', keyed('raw', { serverid: 'kvm140005' }))
  t.equal(first.statusCode, 500)
  isReplay(t, first, await ask('POST', '/raw/server/edit', keyed('raw', { serverid: 'kvm140005' })))
  t.equal(edits(), before + 1)
  const refused = await ask('POST', '/raw/server/edit', keyed('raw 2', { serverid: 'kvm999999' }))
  t.equal(refused.statusCode, 400)
  const again = await ask('POST', '/raw/server/edit', keyed('raw 2', { serverid: 'kvm140007', description: 'raw' }))
  t.ok(again.statusCode < 300, `what the provider refused leaves the key unused: ${again.body}`)
})

t.test('if the answer to a create never comes, the problem says so and the repeat finds the one server', async t => {
  for (const [kind, account, status, slug] of [['hang-after', 'hanging', 504, 'upstream-timeout'], ['reset-after', 'hasty', 502, 'upstream-unreachable']] as const) {
    const ask = as('one', account)
    vendor.behavior.createMs = slowMs
    if (kind === 'reset-after') vendor.fail({ kind, match: request => isOrder(request) && request.body.includes(kind) })
    const lost = kind === 'hang-after' ? await hanging : await ask('POST', '/servers', keyed(kind, orderOf(kind)))
    const problem = isProblem(t, lost, status, slug)
    t.match(problem, { side_effect: 'possible', retryable: 'unsafe', operation_id: /^op_/ })
    t.equal(lost.headers.location, `/v1/${account}/operations/${problem.operation_id}`)
    const found = await ask('POST', '/servers', keyed(kind, orderOf(kind)))
    const operation = isOperation(t, found, 202, 'create')
    t.equal(operation.id, problem.operation_id)
    t.equal(found.headers['idempotency-replayed'], 'true')
    t.match(operation.server_id, /^kvm/)
    t.equal(named(kind), 1)
    vendor.behavior.createMs = createMs
    passed += slowMs
    t.match((await ask('GET', `/operations/${operation.id}`, { headers: { prefer: 'wait=300' } })).json(), { status: 'succeeded', server_id: operation.server_id })
  }
})

t.test('a caller that disconnects loses nothing: the repeat gets the outcome', async t => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${portOf(app.server)}/v1/lab/servers`
  const request = { method: 'POST', headers: { 'x-api-key': 'one', 'content-type': 'application/json', 'idempotency-key': 'left' }, body: JSON.stringify(orderOf('left')) }
  const hold = vendor.hold({ match: request => isOrder(request) && request.body.includes('"left"') })
  const leaving = new AbortController()
  const left = fetch(url, { ...request, signal: leaving.signal }).catch(() => null)
  await hold.reached()
  leaving.abort()
  t.equal(await left, null)
  hold.release()
  await eventually(() => named('left') === 1)
  let again = await fetch(url, request)
  // The first is not over for the gateway before it has read the answer.
  await eventually(async () => {
    if (again.status === 409) again = await fetch(url, request)
    return again.status !== 409
  })
  t.equal(again.status, 202)
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.match(await again.json(), { action: 'create', account: 'lab' })
  t.equal(named('left'), 1)
})

t.test('a create that never arrived is sent again by the repeat, once', { timeout: 150_000 }, async t => {
  t.match(isProblem(t, neverArrived, 502, 'upstream-unreachable'), { side_effect: 'possible', retryable: 'unsafe' })
  t.equal(boughtAtFirst, 0)
  const answers = await repeats
  t.ok(answers.some(({ statusCode }) => statusCode === 202), answers.map(({ body }) => body).join())
  t.ok(answers.every(({ statusCode }) => statusCode === 202 || statusCode === 409))
  t.equal(named('never'), 1)
  isOperation(t, await as('one', 'twin')('POST', '/servers', keyed('never', orderOf('never'))), 202, 'create')
  t.equal(named('never'), 1)
})
