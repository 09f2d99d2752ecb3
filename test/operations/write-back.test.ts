import { once } from 'node:events'
import t from 'tap'
import type { Redis } from 'ioredis'
import { createMemoryOperationRecords } from '../../src/state/sqlite/memory.ts'
import { createRedisOperationRecords } from '../../src/state/redis/operation-records.ts'
import { createSharedOperationStore } from '../../src/state/shared-operation-store.ts'
import type { OperationStore, StoredOperation } from '../../src/state/operation-store.ts'
import { createSealer } from '../../src/state/sealer.ts'
import { openRedis, type TestRedis } from '../helpers/redis.ts'
import { record } from './records.ts'

const sealer = createSealer(['a secret of at least thirty-two characters'])
const account = `write-back-${process.pid}-${Date.now()}`
let count = 0
const made = (facts: Parameters<typeof record>[1] = {}): StoredOperation =>
  record('create', { startedAt: Date.now(), ...facts, operation: { account, id: `op_${count++}`, server_id: null, ...facts.operation } })

/** Two replicas on one Redis; `lose` cuts off the first one alone, `find` brings it back. */
async function replicas (server: TestRedis): Promise<{ one: OperationStore, other: OperationStore, redis: Redis, lose: () => Promise<void>, find: () => Promise<void> }> {
  const redis = await server.connect()
  return {
    one: createSharedOperationStore(createRedisOperationRecords(redis, sealer), createMemoryOperationRecords),
    other: createSharedOperationStore(createRedisOperationRecords(await server.connect(), sealer), createMemoryOperationRecords),
    redis,
    lose: async () => {
      const end = once(redis, 'end')
      redis.disconnect()
      await end
    },
    find: async () => { await redis.connect() }
  }
}

t.test('records that were kept in process while Redis was lost are written back', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const { one, other, lose, find } = await replicas(server)
  const asked = made({ phase: 'sending', search: { spec: { name: 'web', image: 'i' }, baseline: [] } })
  const gone = made({ phase: 'sending' })
  await one.put(asked)
  await one.put(gone)
  await lose()
  const fresh = made({ phase: 'sending' })
  t.equal(await one.put(fresh), false)
  await one.update(asked, current => ({ ...current, phase: 'following', operation: { ...current.operation, server_id: 's1' } }))
  await one.remove(account, gone.operation.id)
  await find()
  await one.pending(account)
  t.match(await other.get(account, asked.operation.id), { phase: 'following', operation: { server_id: 's1' } })
  t.match(await other.get(account, fresh.operation.id), { phase: 'sending' })
  t.equal(await other.get(account, gone.operation.id), null, 'what was refused is not followed')
  t.equal(await other.claim(account, 'server:s1', 'another operation'), false, 'it has claimed its server')
  t.match(await one.update(asked, current => ({ ...current, polls: 9 })), { polls: 9 })
  t.equal((await other.get(account, asked.operation.id))?.polls, 9, 'from then on it is kept in Redis')
})

t.test('changes of another replica in the meantime are not overwritten', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const { one, other, lose, find } = await replicas(server)
  const ended = made({ phase: 'ambiguous' })
  const revived = made({ phase: 'sending' })
  await one.put(ended)
  await one.put(revived)
  await lose()
  await one.update(ended, current => ({ ...current, polls: current.polls + 1 }))
  await one.update(revived, current => ({ ...current, phase: 'following', operation: { ...current.operation, status: 'running' } }))
  await other.update(ended, current => ({ ...current, phase: 'following', operation: { ...current.operation, status: 'succeeded', server_id: 's2' } }))
  const given = await other.update(revived, current => ({ ...current, phase: 'ambiguous', notMade: true, operation: { ...current.operation, status: 'failed' } }))
  await find()
  await one.pending(account)
  t.match(await one.get(account, ended.operation.id), { operation: { status: 'succeeded', server_id: 's2' } })
  const back = await other.get(account, revived.operation.id)
  t.match(back, { phase: 'following', operation: { status: 'running' } }, 'that the provider accepted is known better than that nothing was found')
  t.ok((back?.version ?? 0) > given.version, 'events go forward')
  t.ok((await other.pending(account)).some(({ operation }) => operation.id === revived.operation.id))
})
