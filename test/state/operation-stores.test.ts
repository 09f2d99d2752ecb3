import t, { type Test } from 'tap'
import type { Redis } from 'ioredis'
import { withPresentNames } from '../../src/state/redis/earlier-names.ts'
import { createMemoryOperationRecords } from '../../src/state/sqlite/memory.ts'
import { createRedisOperationRecords } from '../../src/state/redis/operation-records.ts'
import { createSharedOperationStore } from '../../src/state/shared-operation-store.ts'
import { idPrefixAt, keptForMs, type OperationStore, type StoredOperation } from '../../src/state/operation-store.ts'
import { createSealer } from '../../src/state/sealer.ts'
import { eventually, timeBy } from '../helpers/clock.ts'
import { openRedis, startRedis } from '../helpers/redis.ts'
import { record } from '../operations/records.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

const sealer = createSealer(['a secret of at least thirty-two characters'])
const redisStore = (redis: Redis): OperationStore => createSharedOperationStore({ records: createRedisOperationRecords(redis, sealer), openLocal: createMemoryOperationRecords })
/** Accounts of their own, so that the shared Redis needs no emptying. */
let accounts = 0
const newAccount = (): string => `stores-${process.pid}-${Date.now()}-${accounts++}`

/** The number-th operation of an account, as of now. */
function made (account: string, number: number, facts: Parameters<typeof record>[1] = {}): StoredOperation {
  const at = Date.now() + number
  return record('stop', { startedAt: at, ...facts, operation: { id: `${idPrefixAt(at)}${String(number).padStart(16, '0')}`, account, ...facts.operation } })
}
const idsOf = (records: readonly StoredOperation[]): string[] => records.map(({ operation }) => operation.id)
const final = { status: 'succeeded' } as const

async function takesTurn (store: OperationStore, account: string): Promise<boolean> {
  const bump = await store.lease(account, 60_000)
  await bump?.(1)
  return bump !== null
}

async function obeysTheLaws (t: Test, store: OperationStore): Promise<void> {
  const account = newAccount()
  const full = made(account, 0, {
    phase: 'ambiguous',
    jobs: [{ id: '7', name: 'host_stop' }],
    goal: { statuses: ['running'], transition: true, has: ['192.0.2.1'], failed: ['stop_fail'], missingSnapshot: 's1', unprovable: true },
    next: { name: 'confirm', input: { plan: 'p2', count: 3, isLast: true, nothing: null } },
    search: { spec: { name: 'web', image: 'i', tags: ['x'] }, baseline: ['1'] }
  })
  t.equal(await store.open(full), true)
  t.same(await store.get(account, full.operation.id), full, 'what is opened is kept as it is')
  t.same(await store.getForCertain(account, full.operation.id), full)
  t.equal(await store.get(newAccount(), full.operation.id), null, 'another account does not see it')
  t.equal(await store.getForCertain(account, 'op_none'), null)

  const polls = await Promise.all(Array.from({ length: 100 }, async () => await store.update(full, current => ({ ...current, polls: current.polls + 1 }))))
  t.match(await store.get(account, full.operation.id), { polls: 100, version: 101 }, 'a hundred changes at once lose none')
  t.equal(new Set(polls.map(({ version }) => version)).size, 100)
  t.match(await store.updateForCertain(full, () => null), { version: 101 }, 'nothing to change is no change')
  await Promise.all([store.update(full, () => { throw new Error('x') }).catch(() => {}), store.update(full, current => ({ ...current, polls: 0 }))])
  t.equal((await store.get(account, full.operation.id))?.polls, 0, 'a change that fails holds up no other')

  const rest = Array.from({ length: 9 }, (_, index) => made(account, index + 1))
  for (const stored of rest) await store.open(stored)
  const newest = [full, ...rest].reverse()
  t.same(idsOf(await store.list(account, null, 4)), idsOf(newest.slice(0, 4)), 'the newest first')
  t.same(idsOf(await store.list(account, newest[3]?.operation.id ?? '', 100)), idsOf(newest.slice(4)))
  const [first = full] = rest
  await store.update(first, current => ({ ...current, operation: { ...current.operation, ...final } }))
  t.same(idsOf(await store.pending(account)).sort(), idsOf([full, ...rest.slice(1)]).sort(), 'those that have not ended')
  await store.update(first, current => ({ ...current, operation: { ...current.operation, status: 'running' } }))
  t.ok(idsOf(await store.pending(account)).includes(first.operation.id), 'one that goes on after all is followed again')
  await store.remove(account, first.operation.id)
  t.equal(await store.get(account, first.operation.id), null)
  t.notOk(idsOf(await store.pending(account)).includes(first.operation.id))
  t.equal((await store.list(account, null, 100)).length, 9)

  t.same(await Promise.all(['x', 'y', 'z'].map(async holder => await store.claim(account, 'server:1', holder))), [true, false, false])
  t.equal(await store.claim(account, 'server:1', 'x'), true, 'the same one may say it again')
  await store.release(account, 'server:1', 'y')
  t.equal(await store.claim(account, 'server:1', 'y'), false, 'nobody gives away what is another\'s')
  await store.release(account, 'server:1', 'x')
  t.equal(await store.claim(account, 'server:1', 'y'), true)

  const generations = await Promise.all(Array.from({ length: 10 }, async () => await store.lease(account, 5000)))
  const [bump, ...more] = generations.filter(one => one !== null)
  t.equal(more.length, 0, 'one looks at a time')
  await bump?.(60_000)
  t.equal(await store.lease(account, 5000), null, 'and then nobody for a while')
  const other = newAccount()
  await (await store.lease(other, 60_000))?.(100)
  await eventually(async () => await takesTurn(store, other))
}

t.test('in memory: operations, claims and leases', async t => {
  await obeysTheLaws(t, createMemoryStores().operations)
  let now = Date.now()
  const store = createMemoryStores(timeBy(() => now)).operations
  const stored = made('a', 0, { startedAt: now })
  await store.open(stored)
  await store.claim('a', 'server:1', 'x')
  now += keptForMs
  t.equal(await store.get('a', stored.operation.id), null, 'for a day')
  t.same(await store.list('a', null, 10), [])
  t.equal(await store.claim('a', 'server:1', 'y'), true)
  await store.open(made('a', 1, { startedAt: now }))
})

t.test('in Redis: operations, claims and leases, the same for every replica', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  const one = redisStore(redis)
  const other = redisStore(await server.connect())
  await obeysTheLaws(t, one)

  const account = newAccount()
  const stored = made(account, 0)
  await one.open(stored)
  await Promise.all([one, other].flatMap(store => Array.from({ length: 25 }, async () => await store.update(stored, current => ({ ...current, polls: current.polls + 1 })))))
  t.match(await other.get(account, stored.operation.id), { polls: 50, version: 51 }, 'two replicas lose no change of each other')

  await one.beat(`${account}-me`, 60_000)
  t.equal(await other.isAlive(`${account}-me`), true)
  await one.beat(`${account}-me`, 60)
  await eventually(async () => !await other.isAlive(`${account}-me`))

  const end = await one.lease(account, 6000)
  const [bump = ''] = await redis.keys(`hawser:*${account}*turn*`)
  const begun = await redis.pttl(bump)
  let left = begun
  await eventually(async () => {
    const baseline = left
    left = await redis.pttl(bump)
    return left > baseline
  })
  t.ok(left > begun / 2, `${left} ms are left again`)
  t.equal(await other.lease(account, 90), null, 'who lives holds the turn as long as a look takes')
  await end?.(1)

  t.ok(await redis.pttl(`hawser:{${account}}:operation:${stored.operation.id}`) > keptForMs - 60_000)
  await redis.hset(`hawser:{${account}}:operation:op_odd`, { v: '1', d: 'not sealed by us' })
  t.equal(await one.get(account, 'op_odd'), null)
  await t.rejects(one.getForCertain(account, 'op_odd'), 'what can not be read is not certainly absent')
  await redis.sadd(`hawser:{${account}}:pending`, 'op_gone')
  await one.pending(account)
  t.notOk(await redis.sismember(`hawser:{${account}}:pending`, 'op_gone'))
})

t.test('a record of an earlier build is read with the present names', async t => {
  const earlier = { phase: 'doubtful', doubtfulSince: 7, looks: 2, nextLookAt: 9, goal: { has: ['192.0.2.1'], lacks: ['192.0.2.2'] }, search: { spec: { name: 'web', looks: 1 }, before: ['x'] } }
  t.same(withPresentNames(earlier), {
    phase: 'ambiguous', ambiguousSince: 7, polls: 2, nextPollAt: 9, goal: { has: ['192.0.2.1'], missing: ['192.0.2.2'] }, search: { spec: { name: 'web', looks: 1 }, baseline: ['x'] }
  })
  t.same(withPresentNames({ phase: 'following', search: null, goal: null }), { phase: 'following', search: null, goal: null })
  t.equal(withPresentNames('text'), 'text')
})

t.test('in Redis no member of a record is in plain text', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  const account = newAccount()
  const stored = made(account, 0, { owner: 'plain-owner', operation: { server_id: 'plain-server', note: 'plain-note' }, search: { spec: { name: 'plain-name', image: 'plain-image' }, baseline: ['plain-before'] } })
  const store = redisStore(redis)
  await store.open(stored)
  await store.update(stored, current => ({ ...current, next: { name: 'plain-step', input: { password: 'plain-password' } } }))
  const values: string[] = []
  for (const key of await redis.keys(`hawser:{${account}}:*`)) {
    const type = await redis.type(key)
    if (type === 'hash') values.push(...Object.values(await redis.hgetall(key)))
    if (type === 'set') values.push(...await redis.smembers(key))
    if (type === 'string') values.push(await redis.get(key) ?? '')
  }
  t.ok(values.length >= 2)
  t.notOk(values.some(value => value.includes('plain')))
  const rotated = createSharedOperationStore({ records: createRedisOperationRecords(redis, createSealer(['another secret of thirty-two characters', 'a secret of at least thirty-two characters'])), openLocal: createMemoryOperationRecords })
  t.match(await rotated.get(account, stored.operation.id), { next: { name: 'plain-step' } }, 'a second secret still reads')
})

t.test('while Redis is lost this process continues alone, and once-only work waits', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const store = redisStore(await server.connect())
  const kept = made('a', 0, { phase: 'asking' })
  await store.open(kept)
  await server.kill()
  t.equal(await store.open(made('a', 1)), false, 'the others can not know of it')
  t.equal(await store.get('a', 'op_other'), null)
  const accepted = await store.update(kept, current => ({ ...current, phase: 'following' }))
  t.match(accepted, { phase: 'following', version: 2 }, 'what the provider has accepted is not lost')
  t.match(await store.get('a', kept.operation.id), { phase: 'following' })
  t.equal((await store.pending('a')).length, 2)
  t.equal((await store.list('a', null, 10)).length, 2)
  await t.rejects(store.getForCertain('a', 'op_other'))
  await t.rejects(store.updateForCertain(made('a', 2), current => current))
  await t.rejects(store.claim('a', 'step:x:0', 'me'), 'a step could be sent twice')
  await store.release('a', 'step:x:0', 'me')
  const bump = await store.lease('a', 5000)
  t.not(bump, null)
  await bump?.(1)
  await store.beat('me', 1000)
  t.equal(await store.isAlive('anybody'), true, 'nobody is declared dead by a lost Redis')
})
