import { randomUUID } from 'node:crypto'
import t from 'tap'
import { sha256 } from './helpers/api.ts'
import { composeGateway } from './helpers/gateway.ts'
import { startRedis } from './helpers/redis.ts'

const [first, second] = [`first-${randomUUID()}`, `second-${randomUUID()}`]

/** Names differ between tests: in Redis a name is counted whoever has it. */
async function open (perMinute: number, redis?: unknown, name: string = randomUUID()) {
  const entry = (own: string, key: string) => ({ name: `${own}-${name}`, sha256: sha256(key), accounts: ['*'], permissions: ['read'] })
  const { app, close } = await composeGateway({
    accounts: {},
    auth: { mode: 'keys', keys: [entry('first', first), entry('second', second)] },
    more: { rate_limit: { per_minute: perMinute } },
    redis
  })
  const ask = async (key: string, url = '/v1/accounts') => await app.inject({ url, headers: { authorization: `Bearer ${key}` } })
  return { ask, close }
}

t.test('each key has a limit of requests per minute and sees how many remain', async t => {
  const { ask, close } = await open(2)
  t.teardown(close)
  const answers = [await ask(first), await ask(first), await ask(first)]
  t.same(answers.map(({ statusCode }) => statusCode), [200, 200, 429])
  t.same(answers.map(({ headers }) => String(headers.ratelimit).replace(/t=\d+/, 't=n')), ['"key";r=1;t=n', '"key";r=0;t=n', '"key";r=0;t=n'])
  t.equal(answers[0]?.headers['ratelimit-policy'], '"key";q=2;w=60')
  const [, , refused] = answers
  t.match(refused?.json(), { type: '/problems/rate-limited', retryable: 'safe', side_effect: 'none', retry_after_s: Number })
  t.match(Number(refused?.headers['retry-after']), Number)
  t.ok(Number(refused?.headers['retry-after']) >= 1 && Number(refused?.headers['retry-after']) <= 60)
  t.equal((await ask(second)).statusCode, 200, 'another key has its own')
})

t.test('open routes are not counted, and callers without a key learn nothing about limits', async t => {
  const { ask, close } = await open(1)
  t.teardown(close)
  for (let count = 0; count < 3; count += 1) t.equal((await ask(first, '/health/live')).statusCode, 200)
  const stranger = await ask('nobody')
  t.equal(stranger.statusCode, 401)
  t.notOk('ratelimit' in stranger.headers)
  t.equal((await ask(first)).statusCode, 200)
})

t.test('replicas count together in Redis; while it is lost no request is refused', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const name = randomUUID()
  const one = await open(2, await server.connect(), name)
  const other = await open(2, await server.connect(), name)
  t.teardown(one.close)
  t.teardown(other.close)
  t.same([await one.ask(first), await other.ask(first), await one.ask(first), await other.ask(first)].map(({ statusCode }) => statusCode), [200, 200, 429, 429])
  await server.kill()
  t.same([await one.ask(first), await other.ask(first)].map(({ statusCode }) => statusCode), [200, 200])
})
