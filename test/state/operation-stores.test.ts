import t from 'tap'
import type { Redis } from 'ioredis'
import { createMemoryOperationRecords } from '../../src/state/sqlite/memory.ts'
import { createRedisOperationRecords } from '../../src/state/redis/operation-records.ts'
import { createSharedOperationStore } from '../../src/state/shared-operation-store.ts'
import { idPrefixAt, keptForMs, type OperationStore, type StoredOperation } from '../../src/state/operation-store.ts'
import { createSealer } from '../../src/state/sealer.ts'
import { eventually } from '../helpers/clock.ts'
import { openRedis, startRedis } from '../helpers/redis.ts'
import { record } from '../operations/records.ts'

const sealer = createSealer(['a secret of at least thirty-two characters'])
const redisStore = (redis: Redis): OperationStore => createSharedOperationStore(createRedisOperationRecords(redis, sealer), createMemoryOperationRecords)
/** Accounts of their own, so that the shared Redis needs no emptying. */
let accounts = 0
const newAccount = (): string => `stores-${process.pid}-${Date.now()}-${accounts++}`

/** The number-th operation of an account, as of now. */
function made (account: string, number: number, facts: Parameters<typeof record>[1] = {}): StoredOperation {
  const at = Date.now() + number
  return record('stop', { startedAt: at, ...facts, operation: { id: `${idPrefixAt(at)}${String(number).padStart(16, '0')}`, account, ...facts.operation } })
}

t.test('in Redis operations, claims and leases are the same for every replica', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  const one = redisStore(redis)
  const other = redisStore(await server.connect())
  const account = newAccount()
  const stored = made(account, 0)
  await one.put(stored)
  await Promise.all([one, other].flatMap(store => Array.from({ length: 25 }, async () => await store.update(stored, current => ({ ...current, polls: current.polls + 1 })))))
  t.match(await other.get(account, stored.operation.id), { polls: 50, version: 51 }, 'two replicas lose no change of each other')

  await one.beat(`${account}-me`, 60_000)
  t.equal(await other.isAlive(`${account}-me`), true)
  await one.beat(`${account}-me`, 60)
  await eventually(async () => !await other.isAlive(`${account}-me`))

  const end = await one.lease(account, 6000)
  const leaseKey = `hawser:{${account}}:lease`
  const begun = await redis.pttl(leaseKey)
  let left = begun
  await eventually(async () => {
    const earlier = left
    left = await redis.pttl(leaseKey)
    return left > earlier
  })
  t.ok(left > begun / 2, `${left} ms are left again`)
  t.equal(await other.lease(account, 90), null, 'a living holder keeps the lease as long as a poll takes')
  await end?.(1)

  t.ok(await redis.pttl(`hawser:{${account}}:operation:${stored.operation.id}`) > keptForMs - 60_000)
  await redis.hset(`hawser:{${account}}:operation:op_odd`, { v: '1', d: 'not sealed by us' })
  t.equal(await one.get(account, 'op_odd'), null)
  await t.rejects(one.getForCertain(account, 'op_odd'), 'a record that cannot be read is not certainly absent')
  await redis.sadd(`hawser:{${account}}:pending`, 'op_gone')
  await one.pending(account)
  t.notOk(await redis.sismember(`hawser:{${account}}:pending`, 'op_gone'))
})

t.test('while Redis is lost this process continues alone, and once-only work waits', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const store = redisStore(await server.connect())
  const kept = made('a', 0, { phase: 'sending' })
  await store.put(kept)
  await server.kill()
  t.equal(await store.put(made('a', 1)), false, 'other replicas cannot see it')
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
  const endLease = await store.lease('a', 5000)
  t.not(endLease, null)
  await endLease?.(1)
  await store.beat('me', 1000)
  t.equal(await store.isAlive('another'), true, 'a lost Redis declares no process dead')
})
