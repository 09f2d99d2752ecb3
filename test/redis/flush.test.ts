import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import t from 'tap'
import { z } from 'zod'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { createRedisStores } from '../../src/state/stores.ts'
import { askOf, isProblem } from '../helpers/api.ts'
import { createManualClock, eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { startRedis } from '../helpers/redis.ts'

const secret = 'a secret of at least thirty-two characters'
const order = {
  name: 'web-9',
  region: 'Falkenberg',
  cpus: 2,
  memory_mib: 2048,
  disk_gib: 50,
  image: 'debian-12',
  password: 'Example-Pass-1'
}
const lineSchema = z.looseObject({ msg: z.string(), accounts: z.array(z.string()).optional() })

const server = await startRedis()
const redis = await server.connect()
const vendor = await startGlesys()
t.teardown(async () => { await vendor.close(); await server.stop() })

/** A replica on a manual clock: it checks Redis when the test lets time pass. */
async function openReplica () {
  const lines: Array<z.infer<typeof lineSchema>> = []
  const logger = pino({}, { write: text => { lines.push(lineSchema.parse(JSON.parse(text))) } })
  const clock = createManualClock(Date.now())
  const lab = { provider: 'glesys', ...vendor.settings['glesys-lab'] }
  const stores = createRedisStores(redis, [secret])
  const { app, close } = await composeGateway({ accounts: { lab, idle: lab }, stores, state: { kind: 'redis', isAvailable: () => true }, clock, logger })
  t.teardown(close)
  const ready = async (): Promise<unknown> => (await app.inject('/health/ready')).json()
  return {
    app,
    clock,
    ready,
    create: async (account = 'lab') =>
      await askOf(app, account)('POST', '/servers', { body: order, headers: { 'idempotency-key': randomUUID() } }),
    metric: async (account: string) => {
      const { body } = await app.inject('/metrics')
      return new RegExp(`^hawser_state_flushed\\{account="${account}"\\} (\\d)$`, 'm').exec(body)?.[1]
    },
    count: (text: string) => lines.filter(({ msg }) => msg.includes(text)).length,
    lines
  }
}

/** Until each account of this replica is known in Redis. */
const known = async (): Promise<void> => {
  await eventually(async () => await redis.exists('hawser:{lab}:mark', 'hawser:{idle}:mark') === 2, () => 'the accounts are not marked')
}

t.test('after a flush keyed creates are refused with the command that acknowledges it, and without a Retry-After', async t => {
  const { create, ready, lines } = await openReplica()
  await known()
  t.same(await ready(), { status: 'ok', redis: 'ok' })
  await redis.flushall()
  const refused = await create()
  isProblem(t, refused, 503, 'idempotency-unavailable')
  t.match(refused.json(), { retryable: 'no', side_effect: 'none', detail: "redis-cli DEL 'hawser:{lab}:flushed'" })
  t.notOk('retry_after_s' in refused.json<object>())
  t.notOk('retry-after' in refused.headers)
  t.match(await ready(), { status: 'degraded', redis: 'ok', flushed_accounts: ['lab'] }, 'the request that detects it reports it at once')
  await create()
  t.same(lines.filter(({ msg }) => msg.includes('has lost')).map(({ accounts }) => accounts), [['lab']], 'it is logged once')
})

t.test('a flush is detected without a keyed request, by every replica, and ends when an operator acknowledges it', async t => {
  await redis.flushall()
  const [one, two] = [await openReplica(), await openReplica()]
  await known()
  await eventually(async () => await one.metric('lab') === '0', () => 'no metric')
  await redis.flushall()
  for (const replica of [one, two]) {
    await eventually(async () => {
      await replica.clock.run(2000)
      return JSON.stringify(await replica.ready()).includes('["idle","lab"]')
    }, () => JSON.stringify(replica.lines))
    t.match(await replica.ready(), { status: 'degraded' })
    t.same([await replica.metric('lab'), await replica.metric('idle'), replica.count('has lost')], ['1', '1', 1])
  }
  await redis.del('hawser:{lab}:flushed')
  await eventually(async () => {
    await one.clock.run(2000)
    return await one.metric('lab') === '0'
  }, () => JSON.stringify(one.lines))
  t.match(await one.ready(), { status: 'degraded', flushed_accounts: ['idle'] })
  t.equal(await one.metric('idle'), '1')
  t.equal((await one.create()).statusCode, 202)
  t.equal((await one.create('idle')).statusCode, 503)
  await redis.del('hawser:{idle}:flushed')
  await eventually(async () => {
    await one.clock.run(2000)
    return !JSON.stringify(await one.ready()).includes('flushed')
  }, () => JSON.stringify(one.lines))
  t.same(await one.ready(), { status: 'ok', redis: 'ok' })
  t.equal(one.count('is acknowledged'), 2)
})

t.test('a key whose record no configured secret opens is refused without a Retry-After, and is not a flush', async t => {
  const { app, ready } = await openReplica()
  const create = async () => await askOf(app, 'lab')('POST', '/servers', { body: order, headers: { 'idempotency-key': 'sealed' } })
  t.equal((await create()).statusCode, 202)
  const names = await redis.keys('hawser:{lab}:key:*')
  const [name = ''] = names
  for (const each of names) await redis.hset(each, 'd', 'sealed under another secret')
  t.ok(name)
  const refused = await create()
  isProblem(t, refused, 503, 'idempotency-unavailable')
  t.match(refused.json(), { retryable: 'no', side_effect: 'none', detail: 'no longer configured' })
  t.notOk('retry-after' in refused.headers)
  t.same(await ready(), { status: 'ok', redis: 'ok' })
})
