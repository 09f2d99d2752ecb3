import { createServer } from 'node:http'
import fastify from 'fastify'
import t from 'tap'
import { installAnswered } from '../../plugins/answered.ts'
import { installOverload } from '../../plugins/overload.ts'
import { UpstreamError } from '../../src/domain/failure.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import { createBreaker, type CallOutcome } from '../../src/transport/breaker.ts'
import { createCall } from '../../src/transport/call.ts'
import { createBulkhead, type BulkheadSettings } from '../../src/transport/bulkhead.ts'
import { createOperationEvents } from '../../src/operations/operation-events.ts'
import { sendStep } from '../../src/operations/steps.ts'
import { sleep, startSimulator, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { createRedisStores } from '../../src/state/stores.ts'
import { createHttpClient } from '../../src/upstream/http.ts'
import { askOf, isProblem } from '../helpers/api.ts'
import { createManualClock, eventually } from '../helpers/clock.ts'
import { composeGateway, type TestGatewayOptions } from '../helpers/gateway.ts'
import { listen, portOf } from '../helpers/ports.ts'
import { startRedis } from '../helpers/redis.ts'
import { createProvider } from '../operations/provider.ts'
import { record, startedAt } from '../operations/records.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

type Test = Pick<typeof t, 'teardown'>
type Handle = (request: SimulatedRequest) => SimulatedReply | Promise<SimulatedReply>

/** There is no such server, which says that the provider works. */
const missing: SimulatedReply = { status: 404, body: { detail: 'Not found.' } }
const down: SimulatedReply = { status: 500, body: {} }

/** The path of a server that the provider may have. */
const at = (number: number): string => `/servers/00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** A gateway before a vendor that does as it is told. */
async function open (t: Test, handle: Handle, account: Readonly<Record<string, unknown>> = {}, options: Partial<TestGatewayOptions> = {}) {
  const vendor = await startSimulator(handle)
  const gateway = await composeGateway({ accounts: { fl: { provider: 'fleio', url: `${vendor.origin}/staffapi`, token: 'word', ...account } }, ...options })
  t.teardown(async () => { await vendor.close(); await gateway.close() })
  return { vendor, gateway, ask: askOf(gateway.app, 'fl'), metrics: async () => (await gateway.app.inject('/metrics')).body }
}

/** What the work was refused with. */
const refusalOf = async (work: () => unknown): Promise<unknown> => await Promise.resolve().then(work).then(() => null, (error: unknown) => error)

const went = (outcome: CallOutcome['outcome'], facts: Partial<CallOutcome> = {}): CallOutcome => ({ outcome, durationMs: 1, isOurs: false, ...facts })
const settings = { share: 0.5, window: 4, minimum: 2, slowMs: 1000, openMs: 10_000 }

function openBreaker (parts: Partial<typeof settings> = {}) {
  let now = 0
  const breaker = createBreaker({ ...settings, ...parts }, () => now)
  return { breaker, pass: (ms: number) => { now += ms }, feel: async (...all: CallOutcome[]) => { for (const one of all) breaker.enter()(one) } }
}

t.test('a circuit opens at the configured share of failed or slow calls, and not before', async t => {
  const few = openBreaker({ minimum: 3 })
  await few.feel(went('timeout'), went('unavailable'))
  t.equal(few.breaker.state(), 'closed', 'too few')
  await few.feel(went('unreachable'))
  t.equal(few.breaker.state(), 'open')
  const slow = openBreaker()
  await slow.feel(went('ok', { durationMs: 1001 }), went('not-found', { durationMs: 1001 }))
  t.equal(slow.breaker.state(), 'open')
  const long = openBreaker()
  await long.feel(went('timeout'), went('ok'), went('ok'), went('ok'), went('ok'), went('timeout'))
  t.equal(long.breaker.state(), 'closed', 'what is out of the window is forgotten')
  const all = openBreaker({ share: 1, window: 2, minimum: 20 })
  await all.feel(went('timeout'), went('timeout'))
  t.equal(all.breaker.state(), 'open', 'a share of one and a minimum beyond the window can be reached')
})

t.test('failures that do not concern the provider\'s health open no circuit', async t => {
  const harmless = [
    'authentication', 'forbidden', 'not-found', 'conflict', 'rejected', 'quota', 'rate-limited', 'unsupported', 'malformed', 'suspended'
  ] as const
  for (const outcome of harmless) {
    const { breaker, feel } = openBreaker()
    await feel(went(outcome), went(outcome), went(outcome))
    t.equal(breaker.state(), 'closed', outcome)
  }
  const { breaker, feel } = openBreaker()
  await feel(went('aborted', { isOurs: true }), went('timeout', { isOurs: true }), went('suspended', { durationMs: 9000 }), went('suspended', { durationMs: 9000 }))
  t.equal(breaker.state(), 'closed')
  await feel(went('timeout'), went('suspended'), went('aborted', { isOurs: true }), went('timeout'))
  t.equal(breaker.state(), 'open', 'nor does it dilute what does')
})

t.test('an open circuit lets one call through; it alone decides, and an aborted one decides nothing', async t => {
  const { breaker, pass, feel } = openBreaker()
  const endOld = breaker.enter()
  await feel(went('timeout'), went('timeout'))
  pass(9999)
  t.match(await refusalOf(() => { breaker.check() }), { failure: 'circuit-open', options: { notAttempted: true, retryAfterMs: 1 } })
  pass(1)
  const probe = async (end: CallOutcome | null, meanwhile = () => {}): Promise<void> => {
    const judge = breaker.enter()
    t.equal(breaker.state(), 'half-open')
    t.match(await refusalOf(() => breaker.enter()), { failure: 'circuit-open', options: { retryAfterMs: 1000 } }, 'only one')
    meanwhile()
    judge(end)
  }
  await probe(went('aborted', { isOurs: true }), () => { endOld(went('timeout')) })
  t.equal(breaker.state(), 'open', 'a call from before does not judge')
  await probe(went('unreachable'))
  t.match(await refusalOf(() => { breaker.check() }), { options: { retryAfterMs: 10_000 } })
  pass(10_000)
  await probe(null)
  await probe(went('suspended'))
  t.equal(breaker.state(), 'closed', 'a suspended platform wakes only when it is asked')
  await feel(went('timeout'))
  t.equal(breaker.state(), 'closed', 'and the count begins anew')
})

t.test('calls to a failing provider are paused, reported and counted, and resume when it recovers', async t => {
  let isDown = true
  const { vendor, ask, metrics } = await open(t, () => isDown ? down : missing, { breaker: { minimum_calls: 3, open_ms: 300 } })
  for (let id = 0; id < 3; id += 1) isProblem(t, await ask('GET', at(id)), 503, 'upstream-unavailable')
  t.match(await metrics(), 'hawser_breaker_state{account="fl",state="open"} 1')
  const answer = await ask('POST', `${at(9)}/stop`)
  t.match(isProblem(t, answer, 503, 'circuit-open'), { attempts: 0, side_effect: 'none', retryable: 'safe', retry_after_s: 1 })
  t.equal(answer.headers['retry-after'], '1')
  t.equal(answer.headers['hawser-upstream-calls'], '0')
  t.equal(vendor.calls.length, 3, 'nothing was sent')
  t.match(await metrics(), /hawser_problems_total\{problem="circuit-open",account="fl"\} 1/)
  isDown = false
  const hold = vendor.hold()
  let first = ask('GET', at(10))
  await eventually(async () => {
    const isThrough = await Promise.race([hold.reached().then(() => true), first.then(() => false)])
    if (!isThrough) first = ask('GET', at(10))
    return isThrough
  })
  t.match(await metrics(), 'hawser_breaker_state{account="fl",state="half-open"} 1')
  for (let id = 0; id < 3; id += 1) isProblem(t, await ask('GET', `${at(10 + id)}?include=raw`), 503, 'circuit-open')
  hold.release()
  isProblem(t, await first, 404, 'server-not-found')
  t.match(await metrics(), 'hawser_breaker_state{account="fl",state="closed"} 1')
  isProblem(t, await ask('GET', at(11)), 404, 'server-not-found')
})

t.test('the first attempt\'s own failure is reported, not that its retry was held back', async t => {
  const { vendor, ask } = await open(t, () => ({ status: 503, body: {} }), { breaker: { minimum_calls: 1 } })
  t.match(isProblem(t, await ask('GET', at(1)), 503, 'upstream-unavailable'), { attempts: 1, upstream: { status: 503 } })
  t.equal(vendor.calls.length, 1)
})

t.test('a caller with a short deadline opens no circuit for the others', async t => {
  const { vendor, gateway, metrics } = await open(t, () => missing, { breaker: { minimum_calls: 1 } })
  const hold = vendor.hold()
  t.equal((await gateway.app.inject('/v1/servers?deadline_ms=100')).statusCode, 504)
  hold.release()
  t.match(await metrics(), 'hawser_breaker_state{account="fl",state="closed"} 1')
})

t.test('a suspended platform is woken through an open circuit', async t => {
  const vendor = await startVmmanager()
  const gateway = await composeGateway({ accounts: { vm6: { provider: 'vmmanager', ...vendor.settings.vm6, breaker: { minimum_calls: 1, open_ms: 1 } } } })
  t.teardown(async () => { await vendor.close(); await gateway.close() })
  const ask = askOf(gateway.app, 'vm6')
  t.equal((await ask('GET', '/servers?limit=1')).statusCode, 200)
  vendor.fail({ kind: 'reply', reply: { status: 500, body: {} } })
  isProblem(t, await ask('GET', '/servers?limit=2'), 503, 'upstream-unavailable')
  await sleep(5)
  vendor.fail({ kind: 'reply', times: 4, reply: { status: 503, headers: { 'retry-after': '900' }, body: { error: { code: 7000, msg: 'suspended' } } } })
  const woken = await ask('GET', '/servers?limit=3')
  t.equal(woken.statusCode, 200, woken.body)
  t.equal(woken.headers['hawser-upstream-calls'], '5')
})

t.test('a step that meets an open circuit or a full queue is sent later: the operation continues', async t => {
  for (const kind of ['circuit-open', 'overloaded'] as const) {
    const provider = createProvider()
    let isHeld = true
    provider.steps['write'] = { isDue: () => true, run: async () => { if (isHeld) throw new UpstreamError(kind, 'held', { notAttempted: true }); return { note: 'sent' } } }
    const clock = createManualClock(startedAt)
    const store = createMemoryStores(clock).operations
    const operationEvents = createOperationEvents(store, clock)
    const next = { name: 'write', input: {} }
    const stored = record('rebuild', { next })
    await store.put(stored)
    const server: ServerFacts = { id: '42', name: 'n', status: 'stopped', power: 'off', task: null, provider_status: null, cpus: null, memory_mib: null, disk_gib: null, addresses: [], image: null, plan: null, region: null, owner: null, created_at: null, tags: [], locked: false, protected: null, allowed_actions: [] }
    const parts = { account: provider.pollTarget, operationEvents, clock, signal: new AbortController().signal, onFault: (error: unknown) => { throw error } }
    const take = async () => { await sendStep(parts, provider.connect(), { stored, next, server }) }
    await take()
    t.match(await store.get('a', 'op_1'), { operation: { status: 'running' }, stepsSent: 0 }, kind)
    isHeld = false
    await take()
    t.match(await store.get('a', 'op_1'), { operation: { status: 'running', note: 'sent' }, stepsSent: 1 }, kind)
  }
})

/** A gate with something to do that lasts until it is ended; `order` tells who was let in. */
function openGate ({ concurrency = 1, waiting = 2, perSecond = null }: Partial<Omit<BulkheadSettings, 'account'>> = {}) {
  const clock = createManualClock()
  const bulkhead = createBulkhead({ account: 'a', concurrency, waiting, perSecond }, createMemoryStores(clock).tokenBuckets, () => {})
  const order: string[] = []
  const ends = new Map<string, () => void>()
  const enter = async (name: string, { deadlineMs = 60_000, caller = new AbortController().signal, isSignIn = false } = {}) => {
    const call = createCall({ clock, requestId: name, signal: new AbortController().signal, caller, deadlineMs })
    const leave = await bulkhead.enter(call, isSignIn)
    order.push(name)
    await new Promise<void>(resolve => { ends.set(name, resolve) })
    leave()
  }
  const end = async (name: string): Promise<void> => { ends.get(name)?.(); await sleep(1) }
  return { clock, enter, end, order }
}

t.test('a call that the rate limit refuses frees its slot', async t => {
  const { clock, enter, end, order } = openGate({ perSecond: 1 })
  const first = enter('first')
  await clock.run(1)
  await end('first')
  await first
  t.match(await refusalOf(async () => { await enter('second', { deadlineMs: 10 }) }), { failure: 'overloaded' })
  const third = enter('third')
  await clock.run(1000)
  await end('third')
  await third
  t.same(order, ['first', 'third'])
})

t.test('queued calls are served in order, a sign-in first; too many, too late or aborted ones are never sent', async t => {
  const { clock, enter, end, order } = openGate()
  const leaving = new AbortController()
  const first = enter('first')
  const gone = enter('gone', { caller: leaving.signal })
  const second = enter('second')
  t.match(await refusalOf(async () => { await enter('too many') }), { failure: 'overloaded', options: { notAttempted: true } })
  leaving.abort()
  t.match(await refusalOf(async () => { await gone }), { failure: 'overloaded' })
  const late = refusalOf(async () => { await enter('late', { deadlineMs: 20 }) })
  await clock.run(20)
  t.match(await late, { failure: 'overloaded' }, 'who left has made room')
  const third = enter('third')
  const login = enter('login', { isSignIn: true })
  await end('first')
  await end('login')
  const newcomer = enter('newcomer')
  for (const name of ['second', 'third', 'newcomer']) await end(name)
  await Promise.all([first, second, third, login, newcomer])
  t.same(order, ['first', 'login', 'second', 'third', 'newcomer'], 'nobody comes in between')
})

t.test('limits.concurrency is never exceeded, at the provider', async t => {
  let now = 0
  let most = 0
  const { ask, vendor, metrics } = await open(t, async () => {
    now += 1
    most = Math.max(most, now)
    await sleep(3)
    now -= 1
    return missing
  }, { limits: { concurrency: 3 } })
  const answers = await Promise.all(Array.from({ length: 40 }, async (_, id) => (await ask('GET', at(id))).statusCode))
  t.ok(answers.every(status => status === 404))
  t.equal(most, 3)
  t.equal(vendor.calls.length, 40)
  t.match(await metrics(), /hawser_limit_wait_seconds_count\{account="fl"\} [1-9]/)
})

t.test('a queued write is never sent after its deadline, nor after its caller has disconnected', async t => {
  const { vendor, gateway, ask } = await open(t, () => missing, { limits: { concurrency: 1 } })
  await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const base = `http://127.0.0.1:${portOf(gateway.app.server)}`
  const hold = vendor.hold()
  const holding = ask('GET', at(1))
  await hold.reached()
  const leaving = new AbortController()
  const left = fetch(`${base}/v1/fl${at(2)}/stop`, { method: 'POST', signal: leaving.signal }).catch(() => null)
  await eventually(async () => (await ask('GET', '/operations?action=stop')).body.includes('"op_'))
  leaving.abort()
  await left
  await eventually(async () => !(await ask('GET', '/operations?action=stop')).body.includes('"op_'))
  hold.release()
  await holding
  isProblem(t, await ask('GET', at(4)), 404, 'server-not-found')
  t.same(vendor.calls.filter(({ method }) => method === 'POST'), [])

  const paced = await open(t, () => missing, { limits: { requests_per_s: 0.1 }, request_deadline_ms: 1500 })
  isProblem(t, await paced.ask('GET', at(1)), 404, 'server-not-found')
  t.match(isProblem(t, await paced.ask('POST', `${at(3)}/stop`), 503, 'overloaded'), { side_effect: 'none', attempts: 0 })
  t.equal(paced.vendor.calls.length, 1)
})

t.test('limits and the retry budget hold over two gateways on one Redis, and each continues by itself without it', async t => {
  const redis = await startRedis()
  t.teardown(async () => { await redis.stop() })
  const times: number[] = []
  const vendor = await startSimulator(() => { times.push(performance.now()); return missing })
  const broken = await startSimulator(() => ({ status: 503, body: {} }))
  t.teardown(async () => { await vendor.close(); await broken.close() })
  const accounts = {
    fl: { provider: 'fleio', url: `${vendor.origin}/staffapi`, token: 'word', limits: { requests_per_s: 10 } },
    bad: { provider: 'fleio', url: `${broken.origin}/staffapi`, token: 'word', breaker: { enabled: false } }
  }
  const gateways = await Promise.all([1, 2].map(async () => await composeGateway({ accounts, stores: createRedisStores(await redis.connect(), ['a secret of the tests, long enough']) })))
  t.teardown(async () => { await Promise.all(gateways.map(async ({ close }) => { await close() })) })
  const askAll = async (account: string, count: number, from = 0) => await Promise.all(Array.from({ length: count }, async (_, id) =>
    (await gateways[id % 2]?.app.inject(`/v1/${account}${at(from + id)}`))?.statusCode))

  const began = performance.now()
  t.same(new Set(await askAll('fl', 25)), new Set([404]))
  // Ten at once, then one in a tenth of a second; what comes late is only slower.
  for (const [index, time] of times.entries()) t.ok(time - began >= (index - 10) * 100 - 150, `call ${index} after ${Math.round(time - began)} ms`)

  const before = performance.now()
  t.same(new Set(await askAll('bad', 40)), new Set([503]))
  const repeats = broken.calls.length - 40
  t.ok(repeats >= 50 && repeats <= 51 + (performance.now() - before) / 1000, `${repeats} repeats`)
  const refused = await Promise.all(gateways.map(async ({ app }) => Number(/hawser_retry_budget_refusals_total\{account="bad"\} (\d+)/.exec((await app.inject('/metrics')).body)?.[1] ?? 0)))
  t.ok(refused.every(count => count > 0), 'both count what they refused')

  await redis.kill()
  t.same(new Set(await askAll('fl', 6, 100)), new Set([404]))
})

t.test('beyond overload.requests new requests are shed and counted, open routes and metrics are not, and it recovers', async t => {
  const { vendor, gateway, ask, metrics } = await open(t, () => missing, {}, { more: { overload: { requests: 5 } } })
  const hold = vendor.hold()
  const held = Array.from({ length: 5 }, async (_, id) => await ask('GET', at(id)))
  await hold.reached(5)
  const refused = await ask('POST', `${at(9)}/stop`)
  t.match(isProblem(t, refused, 503, 'overloaded'), { side_effect: 'none', retryable: 'safe' })
  t.match(refused.headers['retry-after'], /^\d+$/)
  t.equal((await gateway.app.inject('/health/live')).statusCode, 200)
  t.match(await metrics(), 'hawser_shed_total{reason="requests"} 1')
  hold.release()
  for (const answer of held) isProblem(t, await answer, 404, 'server-not-found')
  isProblem(t, await ask('GET', at(9)), 404, 'server-not-found')
})

t.test('a burst at a hanging provider is bounded: a few wait, the rest is answered at once', async t => {
  const { vendor, ask, gateway, metrics } = await open(t, () => missing, { limits: { concurrency: 4 } }, { more: { overload: { requests: 1000 } } })
  const hold = vendor.hold()
  const answers: number[] = []
  const all = Array.from({ length: 3000 }, async (_, id) => { answers.push((await ask('GET', at(id))).statusCode) })
  await hold.reached(4)
  await eventually(() => answers.length === 3000 - 4 - 4 * 16, () => `${answers.length}`)
  t.same(new Set(answers), new Set([503]))
  t.match(await metrics(), /hawser_requests_in_flight 69\n/, 'those that wait, those that are under way, and this one')
  hold.release()
  await Promise.all(all)
  t.equal(vendor.calls.length, 68)
  t.equal((await gateway.app.inject('/health/ready')).statusCode, 200)
})

t.test('a full heap sheds new requests until there is room again', async t => {
  const app = fastify()
  t.teardown(async () => { await app.close() })
  const shed: string[] = []
  let share = 0.9
  installOverload(app, installAnswered(app), { requests: () => 10, shed: reason => { shed.push(reason) }, heapShare: () => share })
  app.get('/', { config: { permission: 'read' } }, async () => 'well')
  app.get('/open', async () => 'well')
  await eventually(async () => (await app.inject('/')).body.includes('memory'))
  t.same(new Set(shed), new Set(['heap']))
  t.equal((await app.inject('/open')).body, 'well')
  share = 0.5
  await eventually(async () => (await app.inject('/')).body === 'well')
})

t.test('a provider that hangs, trickles, redirects, floods or breaks off ends in its problem and its metric, within the deadline', async t => {
  // Little time only for what never ends; the rest takes as long as the machine needs.
  const hasty = await open(t, () => missing, { timeout_ms: 500, breaker: { enabled: false } })
  const patient = await open(t, () => missing, { breaker: { enabled: false } })
  const rows = [
    [{ kind: 'hang-before' }, 504, 'upstream-timeout', 'timeout'],
    [{ kind: 'drip' }, 504, 'upstream-timeout', 'timeout'],
    [{ kind: 'reply', reply: { status: 302, headers: { location: 'http://127.0.0.1:1/' } } }, 502, 'upstream-malformed', 'malformed'],
    [{ kind: 'reply', reply: { status: 200, body: 'x'.repeat(17 * 1024 * 1024) } }, 502, 'upstream-malformed', 'malformed'],
    [{ kind: 'reset-before', times: 3 }, 502, 'upstream-unreachable', 'unreachable']
  ] as const
  for (const [fault, status, slug, outcome] of rows) {
    const { vendor, ask, metrics } = outcome === 'timeout' ? hasty : patient
    vendor.fail(fault)
    t.match(isProblem(t, await ask('GET', at(1)), status, slug), { side_effect: 'none' }, fault.kind)
    t.match(await metrics(), `endpoint="instances/get",outcome="${outcome}"`)
    vendor.clearFaults()
  }
  hasty.vendor.fail({ kind: 'hang-after' })
  t.match(isProblem(t, await hasty.ask('POST', `${at(1)}/stop`), 504, 'upstream-timeout'), { side_effect: 'possible', retryable: 'unsafe' })
})

t.test('a connection that the provider closes while we send costs a read a retry, and sends no write twice', async t => {
  const seen: string[] = []
  const { vendor, ask } = await open(t, ({ method }) => { seen.push(method); return missing })
  isProblem(t, await ask('GET', at(1)), 404, 'server-not-found')
  vendor.fail({ kind: 'reset-before' })
  const read = await ask('GET', at(2))
  isProblem(t, read, 404, 'server-not-found')
  t.equal(read.headers['hawser-upstream-calls'], '2')
  vendor.fail({ kind: 'reset-before', match: ({ method }) => method === 'POST' })
  t.match(isProblem(t, await ask('POST', `${at(3)}/stop`), 502, 'upstream-unreachable'), { side_effect: 'possible', attempts: 1 })
  t.equal(vendor.calls.filter(({ method }) => method === 'POST').length, 1)
  t.notOk(seen.includes('POST'))
})

t.test('a connection is not reused when the provider is about to close it', async t => {
  let connections = 0
  const server = createServer((_request, response) => { response.setHeader('keep-alive', 'timeout=1').end('{}') })
  server.on('connection', () => { connections += 1 })
  const url = `http://127.0.0.1:${await listen(t, server)}/`
  const http = createHttpClient()
  t.teardown(async () => { await http.close() })
  for (let round = 1; round <= 2; round += 1) {
    await http.send({ method: 'GET', url, headers: {} }, { timeoutMs: 30_000, signal: new AbortController().signal })
    t.equal(connections, round)
  }
})
