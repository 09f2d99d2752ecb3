import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { operationSchema } from '../../src/domain/operation.ts'
import type { RedisSettings } from '../../src/config/redis.ts'
import { connectRedis, type RedisConnection } from '../../src/state/redis/connection.ts'
import { createRedisStores } from '../../src/state/stores.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { askOf } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { eventually } from '../helpers/clock.ts'
import { root } from '../helpers/process.ts'
import { makeCertificates, openRedisHouse, startCluster, startSentinels } from '../helpers/redis-forms.ts'

const account = 'lab'
const secret = 'a secret of at least thirty-two characters'
const order = { name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1' }
const password = 'a p@ss/word:of#redis%'
const watchword = 'watch-over-them'
const inUrl = `hawser:${encodeURIComponent(password)}@`

const house = openRedisHouse()
const certificates = await makeCertificates(house.folder)
const ca = readFileSync(certificates.ca, 'utf8')
t.teardown(async () => { await house.stop() })

/** The Redis user of deploy/REDIS.md: a missing right fails these tests. */
const guide = join(root, 'deploy/REDIS.md')
const rights = /^ACL SETUSER hawser on >PASSWORD (.*)$/m.exec(readFileSync(guide, 'utf8'))?.[1] ?? ''
const userLine = `user hawser on #${createHash('sha256').update(password).digest('hex')} ${rights}`

interface Opening {
  readonly settings: RedisSettings
  readonly ca?: string
}

/** A gateway as the process puts it together, with what it has logged of Redis. */
async function openOn (t: Test, { settings, ca: pem }: Opening, vendor: Awaited<ReturnType<typeof startGlesys>>) {
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => { lines.push(line) } })
  const line = await connectRedis({ settings, ca: pem ?? null, accounts: [account], logger })
  const { app, close } = await composeGateway({
    accounts: { [account]: { provider: 'glesys', ...vendor.settings['glesys-user'], guard: { max_deletes_per_hour: 100 } } },
    more: { secret, rate_limit: { per_minute: 100_000 } },
    stores: createRedisStores(line.redis, [secret]),
    redis: line.redis,
    state: line.status
  })
  t.teardown(async () => {
    await close()
    line.close()
  })
  const ask = askOf(app, account)
  const log = (): string => lines.join('')
  return {
    line,
    ask,
    log,
    readiness: async (): Promise<unknown> => (await app.inject('/health/ready')).json(),
    create: async (key: string) => await ask('POST', '/servers', { body: order, headers: { 'idempotency-key': key } }),
    left: async (): Promise<number> => Number(/r=(\d+)/.exec(String((await ask('GET', '/servers')).headers.ratelimit))?.[1])
  }
}

const ok = { status: 'ok', redis: 'ok' }
const degraded = { status: 'degraded', redis: 'lost' }

interface Form extends Opening {
  /** Kills the master that has the account; what was written before has got to its replica. */
  readonly killMaster: ((line: RedisConnection) => Promise<void>) | null
}

/** What two gateways share; and, where the form has replicas, what is left when the master dies. */
async function sharing (t: Test, form: Form): Promise<void> {
  const vendor = await startGlesys({ behavior: { createMs: 100, actionMs: 100 } })
  t.teardown(async () => { await vendor.close() })
  const [one, two] = [await openOn(t, form, vendor), await openOn(t, form, vendor)]
  t.same([await one.readiness(), await two.readiness()], [ok, ok], one.log() + two.log())

  t.same((await Promise.all([one, two, one, two].map(async ({ ask }) => await ask('GET', '/servers')))).map(({ statusCode }) => statusCode), [200, 200, 200, 200])
  t.equal(vendor.logins, 1, 'one login for both')
  const bought = await one.create('order-1')
  t.equal(bought.statusCode, 202, bought.body)
  const { id } = operationSchema.parse(bought.json())
  t.match((await two.ask('GET', `/operations/${id}`)).json(), { id, action: 'create' })
  t.match((await two.ask('GET', `/operations/${id}`, { headers: { prefer: 'wait=20' } })).json(), { id, status: 'succeeded' })
  const again = await two.create('order-1')
  t.match(again, { statusCode: 202, headers: { 'idempotency-replayed': 'true' } })
  t.equal(operationSchema.parse(again.json()).id, id)
  const before = await one.left()
  t.equal(await two.left(), before - 1, 'requests are counted together')
  t.equal((await one.ask('GET', '/operations')).json().data.length, 1)
  const { server_id: serverId } = operationSchema.parse((await one.ask('GET', `/operations/${id}`)).json())
  t.equal((await two.ask('DELETE', `/servers/${serverId ?? ''}`)).statusCode, 202)
  if (form.killMaster === null) return

  const created = vendor.created
  await form.killMaster(one.line)
  t.equal((await one.ask('GET', '/servers')).statusCode, 200, 'reads go on')
  const during = await one.create('order-1')
  t.match(during, { statusCode: 503 }, during.body)
  t.match(during.json(), { type: '/problems/idempotency-unavailable', side_effect: 'none' })
  await eventually(async () => JSON.stringify(await one.readiness()) === JSON.stringify(degraded), one.log)
  await eventually(async () => (await one.create('order-1')).statusCode === 202 && (await two.create('order-1')).statusCode === 202, () => one.log() + two.log())
  const after = await two.create('order-1')
  t.match(after, { statusCode: 202, headers: { 'idempotency-replayed': 'true' } }, 'the key is still there')
  t.equal(operationSchema.parse(after.json()).id, id)
  t.match((await two.ask('GET', `/operations/${id}`)).json(), { id, status: 'succeeded' })
  t.equal(vendor.created, created, 'nothing was bought twice')
  await eventually(async () => JSON.stringify([await one.readiness(), await two.readiness()]) === JSON.stringify([ok, ok]), () => one.log() + two.log())
  t.equal((await one.create('order-2')).statusCode, 202)
  t.equal(vendor.created, created + 1)
  t.notOk(one.log().includes(password) || one.log().includes(inUrl) || one.log().includes(watchword), 'no password is logged')
}

/** What was written before has got to one replica. */
async function replicated (redis: Redis): Promise<void> {
  await redis.set('hawser:{lab}:marker', '1')
  if (await redis.wait(1, 10_000) < 1) throw new Error('the replica does not follow')
}

const refusals = async (redis: Redis): Promise<unknown> => await redis.call('ACL', 'LOG')

t.test('a Redis with the user of the guide, a database number and a password of odd characters', async t => {
  const server = await house.start([userLine])
  await sharing(t, { settings: { url: `redis://${inUrl}127.0.0.1:${server.port}/3` }, killMaster: null })
  const admin = house.ask(server.port)
  t.same(await refusals(admin), [], 'nothing was asked for that the user may not do')
  t.equal(await admin.dbsize(), 0)
  t.equal(await admin.select(3), 'OK')
  t.ok(await admin.dbsize() > 5)
})

t.test('sentinels with TLS and passwords: the gateway recovers by itself when the master dies', async t => {
  const { master, sentinels } = await startSentinels(house, {
    lines: [...certificates.lines, userLine],
    sentinelLines: [...certificates.lines, 'user default off', `user watcher on >${watchword} allchannels -@all +sentinel|get-master-addr-by-name +sentinel|sentinels +sentinel|is-master-down-by-addr +hello +ping +publish +subscribe +info`, 'sentinel sentinel-user watcher', `sentinel sentinel-pass ${watchword}`]
  })
  const admin = house.ask(master.port, { tls: { ca } })
  await sharing(t, {
    settings: { sentinels: sentinels.map(({ port }) => `rediss://watcher:${watchword}@127.0.0.1:${port}`), name: 'main', username: 'hawser', password },
    ca,
    killMaster: async () => {
      await replicated(admin)
      await master.kill()
    }
  })
})

t.test('a cluster with the user of the guide: the gateway recovers by itself when a master dies', async t => {
  const members = await startCluster(house, [userLine])
  const [first] = members
  await sharing(t, {
    settings: { cluster: members.slice(0, 2).map(({ port }) => `redis://${inUrl}127.0.0.1:${port}`) },
    killMaster: async () => {
      const admin = house.ask(first?.port ?? 0)
      const slot = await admin.cluster('KEYSLOT', 'hawser:{lab}:mark')
      const owner = (await admin.cluster('SLOTS')).find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1]
      await replicated(house.ask(owner ?? 0))
      for (const { port } of members) t.same(await refusals(house.ask(port)), [], 'nothing was asked for that the user may not do')
      await members.find(({ port }) => port === owner)?.kill()
    }
  })
})
