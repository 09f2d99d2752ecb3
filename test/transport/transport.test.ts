import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import t from 'tap'
import type { SignIn, Token, Upstream, UpstreamCall } from '../../src/adapters/contract.ts'
import { UpstreamError, type Failure, type SideEffect, type UpstreamErrorOptions } from '../../src/domain/failure.ts'
import { createCall, createCounters, type Counters } from '../../src/transport/call.ts'
import { createUpstream, type Transport } from '../../src/transport/transport.ts'
import { createRepeatedAnswers } from '../../src/transport/repeated-answers.ts'
import { createRetryBudget, retryDelayMs, type RetryBudget } from '../../src/transport/retry.ts'
import { sleep, startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { systemClock, type Clock } from '../../src/domain/clock.ts'
import { createTokenSource } from '../../src/transport/token-source.ts'
import { createHttpClient } from '../../src/upstream/http.ts'
import type { HttpResponse } from '../../src/upstream/http.ts'
import { isSuccess, malformed, parseJson, refused } from '../../src/upstream/read.ts'
import type { Allowance } from '../../src/transport/allowance.ts'
import { noBreaker, type Breaker } from '../../src/transport/breaker.ts'
import type { Bulkhead } from '../../src/transport/bulkhead.ts'
import type { SentCall } from '../../src/telemetry/observer.ts'
import { openGate } from '../helpers/line.ts'
import { createLeapingClock, eventually, type LeapingClock, timeBy } from '../helpers/clock.ts'
import { freePort, listen } from '../helpers/ports.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

type Test = Pick<typeof t, 'teardown'>

const asleep: SimulatedReply = { status: 503, headers: { 'retry-after': '900' }, body: { error: 'suspended' } }
const well: SimulatedReply = { status: 200, body: { ok: true } }

/** A vendor that answers what it is told to, the last answer for ever. */
async function vendor (t: Test, ...answers: Array<SimulatedReply | ((request: SimulatedRequest) => SimulatedReply)>): Promise<Simulator> {
  let answered = 0
  const simulator = await startSimulator(request => {
    const answer = answers[Math.min(answered, answers.length - 1)] ?? well
    answered += 1
    return typeof answer === 'function' ? answer(request) : answer
  })
  t.teardown(async () => { await simulator.close() })
  return simulator
}

interface LineOptions {
  /** Absent: pauses are over at once. */
  readonly clock?: Clock
  readonly timeoutMs?: number
  readonly random?: () => number
  readonly budget?: RetryBudget
  readonly breaker?: Breaker
  readonly bulkhead?: Bulkhead
  readonly allowance?: Allowance
  readonly signIn?: SignIn
  readonly report?: (sent: SentCall) => void
}

interface CallParts {
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

interface Opened {
  readonly sent: SentCall[]
  /** The way out for one new request. */
  request(parts?: CallParts): Upstream & { readonly counters: Counters }
}

function openLine (t: Test, options: LineOptions = {}): Opened {
  const http = createHttpClient({ maximumBytes: 1024 * 1024 })
  t.teardown(async () => { await http.close() })
  const sent: SentCall[] = []
  const clock = options.clock ?? createLeapingClock()
  const line: Transport = {
    account: 'test',
    clock,
    http,
    timeoutMs: options.timeoutMs ?? 60_000,
    tokens: createTokenSource({ key: 'test', store: createMemoryStores().tokens }),
    signIn: options.signIn ?? null,
    repeatedAnswers: createRepeatedAnswers(),
    budget: options.budget ?? createRetryBudget('test', createMemoryStores().tokenBuckets, () => {}, { capacity: 1000, perSecond: 1 }),
    breaker: options.breaker ?? noBreaker,
    bulkhead: options.bulkhead ?? openGate,
    allowance: options.allowance ?? null,
    random: options.random ?? (() => 0.05),
    report: one => { sent.push(one); options.report?.(one) }
  }
  return {
    sent,
    request: ({ deadlineMs = 120_000, signal = new AbortController().signal } = {}) => {
      const counters = createCounters()
      return { ...createUpstream(line, createCall({ clock, requestId: 'req-42', signal, deadlineMs, counters })), counters }
    }
  }
}

/** What the vendor of these tests means: a 503 that says `suspended` is the suspended platform. */
function readAnswer (response: HttpResponse): unknown {
  const body = parseJson(response.text)
  if (!isSuccess(response)) {
    const told: UpstreamErrorOptions & { failure?: Failure } = response.status === 503 && response.text.includes('suspended') ? { failure: 'suspended' } : {}
    throw refused(response, told)
  }
  if (body === undefined) throw malformed(response, 'the answer is not JSON')
  return body
}

const call = (intent: 'read' | 'write', url: string, read: (response: HttpResponse) => unknown = readAnswer): UpstreamCall<unknown> => ({
  name: 'thing',
  ...(intent === 'read' ? { intent } : { intent, assumed: {} }),
  build: token => ({
    method: intent === 'read' ? 'GET' : 'POST',
    url,
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token.value}` }) },
    ...(intent === 'read' ? {} : { body: '{"do":"it"}' })
  }),
  read
})
const reading = (url: string): UpstreamCall<unknown> => call('read', url)
const writing = (url: string): UpstreamCall<unknown> => call('write', url)

/** A sign-in at `POST /login`; each gives another token. */
function signInAt (origin: string): SignIn {
  let number = 0
  return async upstream => await upstream.send<Token>({
    name: 'login',
    intent: 'read',
    build: () => ({ method: 'POST', url: `${origin}/login`, headers: {}, body: '{}' }),
    read: response => {
      readAnswer(response)
      number += 1
      return { value: `token-${number}`, expiresAt: null, idleMs: null, data: {} }
    }
  })
}

async function errorOf (work: Promise<unknown>): Promise<UpstreamError> {
  const outcome: unknown = await work.then(() => null, (error: unknown) => error)
  if (outcome instanceof UpstreamError) return outcome
  throw new Error(`an UpstreamError was expected, not ${String(outcome)}`)
}

/** An address on which nothing listens. */
async function deadOrigin (): Promise<{ origin: string, port: number }> {
  const port = await freePort()
  return { origin: `http://127.0.0.1:${port}`, port }
}

/** A server of a test's own, for what a well-behaved HTTP server does not do. */
async function httpServer (t: Test, listener: RequestListener): Promise<{ origin: string, connections: () => number }> {
  let connections = 0
  const server = createServer(listener)
  server.on('connection', () => { connections += 1 })
  return { origin: `http://127.0.0.1:${await listen(t, server)}`, connections: () => connections }
}

t.test('a suspended platform is retried up to ten times, for reads, writes and sign-in alike, and the work is done once', async t => {
  const budget: RetryBudget = { withdraw: async () => { throw new Error('the budget is not for a suspended platform') } }
  const tenTimes = Array.from({ length: 10 }, () => asleep)
  const read = await vendor(t, ...tenTimes, well)
  const write = await vendor(t, ...tenTimes, well)
  const never = await vendor(t, asleep)
  const both = await vendor(t, ...tenTimes, well, ...tenTimes, well)
  const clocks: LeapingClock[] = []
  const line = (random: number, signIn?: SignIn): Opened => {
    const clock = createLeapingClock()
    clocks.push(clock)
    return openLine(t, { clock, budget, random: () => random, ...(signIn === undefined ? {} : { signIn }) })
  }
  const late = line(0, signInAt(both.origin))
  const lateRequest = late.request()
  const [,, error] = await Promise.all([
    line(0).request().send(reading(read.origin)),
    line(1).request().send(writing(write.origin)),
    errorOf(line(0.5).request().send(writing(never.origin))),
    lateRequest.send(writing(both.origin))
  ])
  t.match(error, { failure: 'suspended', attempts: 11, sideEffect: 'none' })
  t.equal(never.calls.length, 11, 'one request and ten repeats')
  t.equal(read.calls.filter(({ status }) => status === 200).length, 1)
  t.equal(write.calls.filter(({ status }) => status === 200).length, 1)
  t.equal(new Set(write.calls.map(({ body }) => body)).size, 1, 'the body is sent again')
  t.same(both.calls.filter(({ status }) => status === 200).map(({ path }) => path), ['/login', '/'], 'once for the sign-in, once for the call')
  t.equal(lateRequest.counters.upstreamCalls, 22)
  for (const { slept } of clocks) {
    t.ok(slept.length === 10 || slept.length === 20, `${slept.length} pauses`)
    slept.forEach((ms, index) => {
      const step = 100 * (index % 10 + 1)
      t.ok(ms >= step * 0.8 && ms <= step * 1.2, `repeat ${index + 1} comes after ${ms} ms`)
    })
  }
})

t.test('the waits for a suspended platform stay within 20 % of 0.1 s times n, whatever the jitter', async t => {
  for (const chance of [0, 0.5, 0.999_999]) {
    const tries = { attempts: 1, wakes: 0, renewed: false }
    const ask = async (): Promise<number | null> => await retryDelayMs({ error: new UpstreamError('suspended', 'asleep', { retryAfterMs: 60_000 }), intent: 'write', tries, random: () => chance, withdraw: async () => false })
    for (let n = 1; n <= 10; n += 1) {
      const delay = await ask() ?? -1
      t.ok(delay >= 80 * n && delay <= 120 * n, `${delay} before repeat ${n}`)
    }
    t.equal(await ask(), null, 'there is no eleventh')
  }
})

t.test('a platform that wakes and then fails is treated like any other: the backoff starts from its beginning', async t => {
  const stumbling = await vendor(t, asleep, asleep, asleep, asleep, { status: 502 }, well)
  const clock = createLeapingClock()
  await openLine(t, { clock, random: () => 0.99 }).request().send(reading(stumbling.origin))
  t.same(clock.slept.slice(-1), [198], 'as a sixth one the repeat after 502 would come after three seconds')
})

t.test('a read is tried up to three times if the failure is transient', async t => {
  for (const status of [502, 503, 504, 429]) {
    const once = await vendor(t, { status }, well)
    t.same(await openLine(t).request().send(reading(once.origin)), { ok: true }, `after one ${status}`)
    const always = await vendor(t, { status })
    const request = openLine(t).request()
    const error = await errorOf(request.send(reading(always.origin)))
    t.match(error, { failure: status === 429 ? 'rate-limited' : 'unavailable', attempts: 3, sideEffect: 'none', options: { status } })
    t.equal(always.calls.length, 3, `three attempts on ${status}`)
    t.equal(request.counters.upstreamCalls, 3)
  }
})

t.test('a read whose connection broke or was refused is tried up to three times', async t => {
  const broken = await vendor(t, well)
  broken.fail({ kind: 'reset-before', times: 2 })
  t.same(await openLine(t).request().send(reading(broken.origin)), { ok: true })
  broken.fail({ kind: 'reset-after', times: 9 })
  t.match(await errorOf(openLine(t).request().send(reading(broken.origin))), { failure: 'unreachable', attempts: 3, sideEffect: 'none' })
  const { origin } = await deadOrigin()
  const request = openLine(t).request()
  t.match(await errorOf(request.send(reading(origin))), { failure: 'unreachable', attempts: 3, sideEffect: 'none' })
  t.equal(request.counters.upstreamCalls, 3)
})

t.test('a read is not retried if the same answer would come again', async t => {
  const cases: ReadonlyArray<readonly [SimulatedReply, Failure]> = [
    [{ status: 500 }, 'unavailable'], [{ status: 400 }, 'rejected'], [{ status: 403 }, 'forbidden'], [{ status: 404 }, 'not-found'],
    [{ status: 409 }, 'conflict'], [{ status: 422 }, 'rejected'], [{ status: 200, body: '<html>' }, 'malformed']
  ]
  for (const [reply, failure] of cases) {
    const firm = await vendor(t, reply)
    t.match(await errorOf(openLine(t).request().send(reading(firm.origin))), { failure, attempts: 1 })
    t.equal(firm.calls.length, 1, `${reply.status} is final`)
  }
  const secure = await vendor(t, well)
  const wrong = openLine(t).request()
  t.match(await errorOf(wrong.send(reading(secure.origin.replace('http:', 'https:')))), { failure: 'unreachable', attempts: 1, sideEffect: 'none' }, 'a failed handshake will fail again')
})

t.test('waits grow, with full jitter from zero to the step', async t => {
  const delays = await Promise.all([0, 0.999_999].map(async chance => await Promise.all([1, 2].map(async attempts =>
    await retryDelayMs({ error: new UpstreamError('unavailable', 'no', { status: 503 }), intent: 'read', tries: { attempts, wakes: 0, renewed: false }, random: () => chance, withdraw: async () => true })))))
  const [least = [], most = []] = delays
  t.same(least, [0, 0], 'full jitter begins at nothing')
  const [first, second] = most
  t.ok(Number(first) > 0 && Number(second) === 2 * Number(first), `${first} and ${second} ms at most`)
})

t.test('Retry-After of a transient refusal is obeyed up to five seconds, in seconds and as a date', async t => {
  const inSeconds = await vendor(t, { status: 429, headers: { 'retry-after': '1' } }, well)
  const asDate = await vendor(t, () => ({ status: 503, headers: { 'retry-after': new Date(Math.floor(Date.now() / 1000) * 1000 + 5000).toUTCString() } }), well)
  const clocks = await Promise.all([inSeconds, asDate].map(async ({ origin }) => {
    const clock = createLeapingClock()
    await openLine(t, { clock }).request().send(reading(origin))
    return clock
  }))
  const [[seconds] = [], [date = 0] = []] = clocks.map(({ slept }) => slept)
  t.equal(seconds, 1000)
  t.ok(date > 10 && date <= 5000, `${date} ms before a date that is up to five seconds ahead`)
})

t.test('a Retry-After beyond five seconds is passed on at once', async t => {
  for (const wait of ['6', new Date(Date.now() + 60_000).toUTCString()]) {
    const busy = await vendor(t, { status: 429, headers: { 'retry-after': wait } })
    const clock = createLeapingClock()
    const error = await errorOf(openLine(t, { clock }).request().send(reading(busy.origin)))
    t.match(error, { failure: 'rate-limited', attempts: 1 })
    t.ok(Number(error.options.retryAfterMs) > 5000)
    t.equal(busy.calls.length, 1)
    t.same(clock.slept, [], 'without the wait that was asked for')
  }
})

t.test('a write is retried if no connection could be made', async t => {
  const { origin, port } = await deadOrigin()
  const instanceId: Array<Promise<Simulator>> = []
  const openOnce = (): void => { if (instanceId.length === 0) instanceId.push(startSimulator(() => well, { port })) }
  t.teardown(async () => { for (const opened of await Promise.all(instanceId)) await opened.close() })
  const request = openLine(t, { random: () => 0.9, report: openOnce }).request()
  t.same(await request.send(writing(origin)), { ok: true })
  t.same((await Promise.all(instanceId)).map(({ calls }) => calls.length), [1])
  t.equal(request.counters.writes, 'certain')
  const { origin: dead } = await deadOrigin()
  t.match(await errorOf(openLine(t).request().send(writing(dead))), { failure: 'unreachable', attempts: 3, sideEffect: 'none' })
})

t.test('a failed write is sent once and reports its possible side effect', async t => {
  const cases: ReadonlyArray<readonly [string, SimulatedReply | 'reset-before' | 'reset-after' | 'hang-after', Failure, SideEffect]> = [
    ['no answer in time', 'hang-after', 'timeout', 'possible'],
    ['a reset before the work', 'reset-before', 'unreachable', 'possible'],
    ['a reset after the work', 'reset-after', 'unreachable', 'possible'],
    ['500', { status: 500 }, 'unavailable', 'possible'],
    ['502', { status: 502 }, 'unavailable', 'possible'],
    ['503', { status: 503 }, 'unavailable', 'possible'],
    ['504', { status: 504 }, 'unavailable', 'possible'],
    ['400', { status: 400 }, 'rejected', 'none'],
    ['401', { status: 401 }, 'authentication', 'none'],
    ['403', { status: 403 }, 'forbidden', 'none'],
    ['404', { status: 404 }, 'not-found', 'none'],
    ['409', { status: 409 }, 'conflict', 'none'],
    ['422', { status: 422 }, 'rejected', 'none'],
    ['429', { status: 429, headers: { 'retry-after': '1' } }, 'rate-limited', 'none'],
    ['a 200 that is no JSON', { status: 200, body: 'done, thanks' }, 'malformed', 'certain'],
    ['a 202 cut in half', { status: 202, body: '{"task": 1' }, 'malformed', 'certain'],
    ['a 200 that is too large', { status: 200, body: 'x'.repeat(2 * 1024 * 1024) }, 'malformed', 'certain'],
    ['a 500 that is too large', { status: 500, body: 'x'.repeat(2 * 1024 * 1024) }, 'malformed', 'possible']
  ]
  await Promise.all(cases.map(async ([name, answer, failure, sideEffect]) => {
    const one = await vendor(t, typeof answer === 'string' ? well : answer)
    const line = openLine(t, { ...(answer === 'hang-after' ? { timeoutMs: 3000 } : {}) })
    // With a connection, so that the time is for the vendor alone.
    if (answer === 'hang-after') await line.request().send(reading(one.origin))
    if (typeof answer === 'string') one.fail({ kind: answer })
    const request = line.request()
    const error = await errorOf(request.send(writing(one.origin)))
    t.equal(error.failure, failure, name)
    t.equal(error.sideEffect, sideEffect, `${name}: ${sideEffect}`)
    t.equal(error.attempts, 1, name)
    t.equal(request.counters.upstreamCalls, 1, `${name} is not sent again`)
  }))
})

t.test('whatever fails after a write succeeded, the side effect is certain', async t => {
  const cases: ReadonlyArray<readonly [string, SimulatedReply, (url: string) => UpstreamCall<unknown>]> = [
    ['a write refused', { status: 400 }, writing],
    ['a write without a verdict', { status: 500 }, writing],
    ['a read refused', { status: 404 }, reading]
  ]
  for (const [name, second, next] of cases) {
    const one = await vendor(t, well, second)
    const request = openLine(t).request()
    await request.send(writing(one.origin))
    t.equal((await errorOf(request.send(next(one.origin)))).sideEffect, 'certain', name)
  }
  const one = await vendor(t, { status: 500 }, { status: 404 }, { status: 400 })
  const request = openLine(t).request()
  await errorOf(request.send(writing(one.origin)))
  t.equal((await errorOf(request.send(reading(one.origin)))).sideEffect, 'possible', 'what is possible stays possible')
  t.equal((await errorOf(request.send(writing(one.origin)))).sideEffect, 'possible')
})

t.test('a write before a failed sign-in counts as a side effect', async t => {
  const one = await startSimulator(({ path }) => path === '/login' ? { status: 401 } : well)
  t.teardown(async () => { await one.close() })
  const locked = openLine(t, { signIn: signInAt(one.origin) })
  await errorOf(locked.request().send(reading(one.origin)))
  const request = locked.request()
  request.counters.writes = 'certain'
  t.match(await errorOf(request.send(writing(one.origin))), { failure: 'authentication', sideEffect: 'certain' }, 'also when the refusal is only remembered')
  t.equal(one.calls.length, 1, 'and the remembered refusal costs no call')
})

t.test('a refused token costs one login and one repeat, for reads and writes', async t => {
  for (const intent of ['read', 'write'] as const) {
    const one = await startSimulator(async ({ path, headers }) => {
      if (path === '/login') await sleep(60)
      return path === '/login' || headers.authorization === 'Bearer token-2' ? well : { status: 401 }
    })
    t.teardown(async () => { await one.close() })
    const request = openLine(t, { signIn: signInAt(one.origin) }).request()
    t.same(await request.send(call(intent, `${one.origin}/x`)), { ok: true })
    t.same(one.calls.map(({ path, status }) => [path, status]), [['/login', 200], ['/x', 401], ['/login', 200], ['/x', 200]])
    t.equal(request.counters.upstreamCalls, 4, 'logins and repeats are counted')
    t.same(one.calls.map(({ headers }) => headers['x-request-id']), Array(4).fill('req-42'), 'the request\'s id goes upstream with each')
    t.ok(request.counters.tokenMs >= 100 && request.counters.upstreamMs >= 100, 'the time of both logins is counted, with that of the calls too')
    await request.send(call(intent, `${one.origin}/x`))
    t.equal(request.counters.upstreamCalls, 5, 'the new token is kept')
  }
})

t.test('a token that is refused twice is an error, and its meaning after a fresh login decides', async t => {
  const one = await startSimulator(({ path }) => path === '/login' ? well : { status: 401 })
  t.teardown(async () => { await one.close() })
  const line = openLine(t, { signIn: signInAt(one.origin) })
  t.match(await errorOf(line.request().send(writing(`${one.origin}/x`))), { failure: 'authentication', attempts: 2, sideEffect: 'none' })
  t.same(one.calls.map(({ path }) => path), ['/login', '/x', '/login', '/x'])
  one.calls.length = 0
  const closed = call('read', `${one.origin}/x`, response => { throw refused(response, { failure: 'authentication', afterFreshLogin: 'forbidden' }) })
  t.match(await errorOf(openLine(t, { signIn: signInAt(one.origin) }).request().send(closed)), { failure: 'forbidden', attempts: 2 })
  t.same(one.calls.map(({ path }) => path), ['/login', '/x', '/login', '/x'])
})

t.test('requests refused with a fresh token do not sign in again each time, and a good answer is not delayed', async t => {
  let isOpen = false
  const one = await startSimulator(({ path }) => path === '/login' || path === '/open' || isOpen ? well : { status: 401 })
  t.teardown(async () => { await one.close() })
  const line = openLine(t, { signIn: signInAt(one.origin) })
  for (let request = 0; request < 5; request += 1) {
    t.match(await errorOf(line.request().send(reading(`${one.origin}/closed`))), { failure: 'authentication' })
  }
  t.equal(one.calls.filter(({ path }) => path === '/login').length, 2)
  t.same(await line.request().send(reading(`${one.origin}/open`)), { ok: true }, 'other functions go on with the token')
  isOpen = true
  t.same(await line.request().send(reading(`${one.origin}/closed`)), { ok: true }, 'and this one, as soon as it is open')
  t.equal(one.calls.filter(({ path }) => path === '/login').length, 2)
})

t.test('a refused sign-in sends nothing else', async t => {
  const one = await startSimulator(({ path }) => path === '/login' ? { status: 401 } : well)
  t.teardown(async () => { await one.close() })
  const line = openLine(t, { signIn: signInAt(one.origin) })
  t.match(await errorOf(line.request().send(writing(one.origin))), { failure: 'authentication', sideEffect: 'none' })
  t.match(await errorOf(line.request().send(writing(one.origin))), { failure: 'authentication', sideEffect: 'none' })
  t.same(one.calls.map(({ path }) => path), ['/login'], 'nor is it tried again at once')
})

t.test('refused static credentials cost one attempt', async t => {
  const one = await vendor(t, { status: 401 })
  t.match(await errorOf(openLine(t).request().send(reading(one.origin))), { failure: 'authentication', attempts: 1 })
  t.equal(one.calls.length, 1)
})

t.test('one attempt lasts no longer than its timeout, whatever the vendor does', async t => {
  const one = await vendor(t, { status: 200, body: 'x'.repeat(200) })
  for (const kind of ['hang-before', 'drip'] as const) {
    one.fail({ kind })
    t.match(await errorOf(openLine(t, { timeoutMs: 250 }).request().send(reading(one.origin))), { failure: 'timeout', attempts: 1, sideEffect: 'none' }, kind)
  }
})

t.test('a write that never got a connection has done nothing', async t => {
  const one = await vendor(t, well)
  one.fail({ kind: 'hang-before', times: 99 })
  const line = openLine(t, { timeoutMs: 2000 })
  const errors = await Promise.all(Array.from({ length: 20 }, async () => await errorOf(line.request().send(writing(one.origin)))))
  const unsent = errors.filter(({ sideEffect }) => sideEffect === 'none').length
  t.same(new Set(errors.map(({ failure }) => failure)), new Set(['timeout']))
  await eventually(() => one.calls.length >= errors.length - unsent)
  await sleep(50)
  t.equal(one.calls.length, errors.length - unsent, 'what is told as not sent was not sent later either')
})

t.test('the deadline of the request ends an attempt and all retries', async t => {
  const hanging = await vendor(t, well)
  hanging.fail({ kind: 'hang-before', times: 9 })
  const first = openLine(t).request({ deadlineMs: 500 })
  t.match(await errorOf(first.send(writing(hanging.origin))), { failure: 'timeout', sideEffect: 'possible' })
  t.match(await errorOf(first.send(writing(hanging.origin))), { failure: 'timeout', sideEffect: 'possible' }, 'after it nothing is sent')
  t.equal(first.counters.upstreamCalls, 1)

  const busy = await vendor(t, { status: 503, headers: { 'retry-after': '5' } })
  const clock = createLeapingClock()
  await errorOf(openLine(t, { clock }).request({ deadlineMs: 4900 }).send(reading(busy.origin)))
  t.equal(busy.calls.length, 1)
  t.same(clock.slept, [], 'a wait beyond the deadline is not begun')

  const sleeping = await vendor(t, asleep)
  t.equal((await errorOf(openLine(t, { random: () => 0.5 }).request({ deadlineMs: 2790 }).send(writing(sleeping.origin)))).sideEffect, 'none')
  // After waits of 0.1, 0.2, … 0.6 s the next would end behind the deadline.
  t.ok(sleeping.calls.length <= 7, `${sleeping.calls.length} requests to the suspended platform`)
})

t.test('a caller that disconnects ends its call, during an attempt and between two', async t => {
  const hanging = await vendor(t, well)
  hanging.fail({ kind: 'hang-before' })
  const busy = await vendor(t, { status: 503, headers: { 'retry-after': '4' } })
  const gone = new AbortController()
  const lines = [openLine(t), openLine(t, { clock: systemClock })]
  const errors = Promise.all([hanging, busy].map(async ({ origin }, index) => await errorOf((lines[index] ?? openLine(t)).request({ signal: gone.signal }).send(reading(origin)))))
  await eventually(() => hanging.calls.length === 1 && lines[1]?.sent.length === 1)
  gone.abort()
  t.match(await errors, [{ failure: 'timeout' }, { failure: 'unavailable', attempts: 1 }])
  const early = openLine(t).request({ signal: AbortSignal.abort() })
  t.match(await errorOf(early.send(writing(busy.origin))), { failure: 'timeout', sideEffect: 'none' })
  t.equal(busy.calls.length, 1, 'a call given up before it began is not sent')
})

t.test('a caller that disconnects during a sign-in affects no other caller', async t => {
  const one = await vendor(t, well)
  const login = one.hold({ match: ({ path }) => path === '/login' })
  const line = openLine(t, { signIn: signInAt(one.origin) })
  const gone = new AbortController()
  const leaving = errorOf(line.request({ signal: gone.signal }).send(reading(one.origin)))
  const staying = line.request().send(reading(one.origin)).then(() => 'answered', (error: unknown) => String(error))
  await login.reached()
  gone.abort()
  t.match(await leaving, { failure: 'timeout' })
  login.release()
  t.equal(await staying, 'answered')
})

t.test('a request waits for another caller\'s sign-in no longer than its own deadline', async t => {
  const one = await vendor(t, well)
  const login = one.hold({ match: ({ path }) => path === '/login' })
  const line = openLine(t, { signIn: signInAt(one.origin) })
  const patient = line.request().send(reading(one.origin))
  const [late, gone] = await Promise.all([
    errorOf(line.request({ deadlineMs: 200 }).send(reading(one.origin))),
    errorOf(line.request({ signal: AbortSignal.timeout(200) }).send(reading(one.origin)))
  ])
  // The sign-in is still under way: nobody has waited for its end.
  login.release()
  await patient
  t.match([late, gone], [{ failure: 'timeout' }, { failure: 'timeout' }])
})

t.test('a body beyond the limit is not read to its end, whether its length is declared or not', async t => {
  let written = 0
  const { origin } = await httpServer(t, (request, response) => {
    const told = request.url === '/told'
    response.writeHead(200, told ? { 'content-length': 50 * 1024 * 1024 } : {})
    const more = (): void => {
      while (!response.destroyed && written < 50 * 1024 * 1024) {
        written += 65_536
        if (!response.write(Buffer.alloc(65_536, 120))) { response.once('drain', more); return }
      }
      response.end()
    }
    more()
  })
  for (const path of ['/told', '/chunked']) {
    written = 0
    t.match(await errorOf(openLine(t).request().send(reading(`${origin}${path}`))), { failure: 'malformed', attempts: 1 })
    await sleep(50)
    t.ok(written < 25 * 1024 * 1024, `${path}: ${written} bytes were taken`)
  }
})

t.test('an answer that breaks off or is not HTTP is a broken connection', async t => {
  const { origin } = await httpServer(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('{"half": ')
    setTimeout(() => { response.destroy() }, 20)
  })
  t.match(await errorOf(openLine(t).request().send(reading(origin))), { failure: 'unreachable', attempts: 3 })
  const torn = await errorOf(openLine(t).request().send(writing(origin)))
  t.equal(torn.attempts, 1)
  t.not(torn.sideEffect, 'none', 'the vendor had begun to answer')

  const sockets = new Set<Socket>()
  t.teardown(() => { for (const socket of sockets) socket.destroy() })
  const port = await listen(t, createTcpServer(socket => { sockets.add(socket); socket.on('error', () => {}); socket.end('SSH-2.0-OpenSSH_9.2\r\n') }))
  t.match(await errorOf(openLine(t).request().send(writing(`http://127.0.0.1:${port}`))), { failure: 'unreachable', attempts: 1, sideEffect: 'possible' })
})

t.test('a redirect is an answer, never followed', async t => {
  const elsewhere = await vendor(t, well)
  for (const status of [301, 302, 303, 307, 308]) {
    const one = await vendor(t, { status, headers: { location: `${elsewhere.origin}/stolen` } })
    t.match(await errorOf(openLine(t, { signIn: signInAt(elsewhere.origin) }).request().send(reading(one.origin))), { failure: 'malformed', options: { status } })
    t.equal(one.calls.length, 1)
  }
  t.same(elsewhere.calls.filter(({ path }) => path !== '/login'), [], 'the other host got nothing')
})

t.test('consecutive calls share a connection', async t => {
  const { origin, connections } = await httpServer(t, (_request, response) => { response.end('{}') })
  const line = openLine(t)
  for (let round = 0; round < 10; round += 1) await line.request().send(reading(origin))
  t.ok(connections() <= 2, `${connections()} connections for ten calls`)
})

t.test('a header that cannot be sent is not transient: nothing is retried', async t => {
  const one = await vendor(t, well)
  const line = openLine(t)
  const bad: UpstreamCall<unknown> = { ...reading(one.origin), build: () => ({ method: 'GET', url: one.origin, headers: { authorization: 'Bearer a\nb' } }) }
  await line.request().send(bad).then(() => { t.fail('it was sent') }, () => {})
  t.ok(line.sent.length <= 1, `${line.sent.length} attempts`)
  t.equal(one.calls.length, 0)
})

t.test('retries end when the account\'s budget is spent, and it refills with time', async t => {
  let now = 0
  let spent = 0
  const budget = createRetryBudget('test', createMemoryStores(timeBy(() => now)).tokenBuckets, () => { spent += 1 }, { capacity: 1, perSecond: 1 })
  const down = await vendor(t, { status: 503 })
  const line = openLine(t, { budget })
  t.match(await errorOf(line.request().send(reading(down.origin))), { failure: 'unavailable', attempts: 2 })
  t.match(await errorOf(line.request().send(reading(down.origin))), { failure: 'unavailable', attempts: 1 })
  now = 1000
  t.match(await errorOf(line.request().send(reading(down.origin))), { attempts: 2 })
  now = 60_000
  const refused = spent
  t.equal(await budget.withdraw(), true)
  t.equal(await budget.withdraw(), false, 'never more than its capacity')
  t.equal(spent, refused + 1, 'and somebody is told')
})

t.test('final failures take nothing from the budget', async t => {
  let withdrawn = 0
  const budget: RetryBudget = { withdraw: async () => { withdrawn += 1; return true } }
  const one = await vendor(t, { status: 404 }, { status: 429, headers: { 'retry-after': '30' } }, { status: 503 })
  const line = openLine(t, { budget })
  await errorOf(line.request().send(reading(one.origin)))
  await errorOf(line.request().send(reading(one.origin)))
  await errorOf(line.request().send(writing(one.origin)))
  t.equal(withdrawn, 0)
})

t.test('every attempt is reported with its number, status and outcome', async t => {
  const one = await vendor(t, { status: 502 }, asleep, well)
  const line = openLine(t)
  await line.request().send(reading(one.origin))
  t.match(line.sent, [
    { account: 'test', endpoint: 'thing', requestId: 'req-42', attempt: 1, status: 502, outcome: 'unavailable' },
    { attempt: 2, status: 503, outcome: 'suspended' },
    { attempt: 3, status: 200, outcome: 'ok' }
  ])
})
