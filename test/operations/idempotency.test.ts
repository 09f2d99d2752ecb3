import { randomUUID } from 'node:crypto'
import t from 'tap'
import { GatewayError } from '../../src/domain/failure.ts'
import { createEngine } from '../../src/operations/engine.ts'
import { defaultGoals } from '../helpers/commands.ts'
import type { IdempotencyRecord, IdempotencyStore } from '../../src/state/idempotency-store.ts'
import { createIdempotencyKeys, untracked, type KeyedRequest, type IdempotencyKeys, type KeyVerdict } from '../../src/operations/idempotency.ts'
import { createRedisIdempotencyStore } from '../../src/state/redis/idempotency-store.ts'
import { keptForMs, type OperationStore } from '../../src/state/operation-store.ts'
import { createSealer } from '../../src/state/sealer.ts'
import { openRedis, startRedis } from '../helpers/redis.ts'
import { createManualClock, type ManualClock } from '../helpers/clock.ts'
import { record } from './records.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

const newSecret = 'another secret of thirty-two characters'
const secret = 'a secret of at least thirty-two characters'
const sealer = createSealer([secret])
const keyRecord: IdempotencyRecord = { fingerprint: 'plain-fingerprint', owner: 'plain-owner', openUntil: 1, operationId: null, answer: null }

t.test('in Redis the record of a key expires after a day', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  const store = createRedisIdempotencyStore(redis, sealer)
  const account = `keys-${randomUUID()}`
  await store.reserve(account, { key: 'k', record: keyRecord, isCreate: false })
  t.ok(await redis.pttl(`hawser:{${account}}:key:k`) > keptForMs - 60_000)
  const rotated = createRedisIdempotencyStore(redis, createSealer([newSecret, secret]))
  t.equal(await rotated.replace(account, 'k', keyRecord, { ...keyRecord, operationId: 'op_1' }), true, 'a new secret can go on with it')
})

t.test('a flush is noticed after the start, also by a replica that has stored no key yet', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  const [one, idle] = [createRedisIdempotencyStore(redis, sealer), createRedisIdempotencyStore(redis, sealer)]
  t.equal(await idle.isFlushed('a'), false)
  t.equal((await one.reserve('a', { key: 'k1', record: keyRecord, isCreate: true })).kind, 'new')
  await redis.flushall()
  t.equal((await idle.reserve('a', { key: 'k1', record: keyRecord, isCreate: true })).kind, 'flushed')
})

t.test('after a flush creates are refused until an operator acknowledges it, once for all replicas', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  const [one, two] = [createRedisIdempotencyStore(redis, sealer), createRedisIdempotencyStore(redis, sealer)]
  const reserve = async (store: IdempotencyStore, key: string, isCreate: boolean): Promise<string> => (await store.reserve('a', { key, record: keyRecord, isCreate })).kind
  t.same([await reserve(one, 'k1', true), await reserve(two, 'k2', true)], ['new', 'new'])
  await redis.flushall()
  const late = createRedisIdempotencyStore(redis, sealer)
  t.equal(await reserve(late, 'k3', true), 'new', 'a process that starts after a flush cannot detect it')
  t.equal(await reserve(one, 'k1', true), 'flushed')
  t.same([await reserve(two, 'k4', true), await reserve(late, 'k5', true)], ['flushed', 'flushed'], 'for all processes, once one has detected it')
  t.same([await reserve(one, 'k1', false), await reserve(late, 'k6', false)], ['new', 'new'], 'other writes with a key go on')
  await redis.del('hawser:{a}:flushed')
  t.same([await reserve(one, 'k7', true), await reserve(two, 'k8', true), await reserve(late, 'k9', true)], ['new', 'new', 'new'], 'acknowledged once')
  await redis.flushall()
  t.equal(await reserve(two, 'k10', true), 'flushed', 'another flush is another matter')
  await server.kill()
  await t.rejects(store(one))
})
const store = async (keys: IdempotencyStore): Promise<unknown> => await keys.reserve('a', { key: 'k', record: keyRecord, isCreate: true })

interface Desk {
  readonly clock: ManualClock
  readonly operations: OperationStore
  readonly keyStore: IdempotencyStore
  /** A replica: its keys, and a switch by which the others take it for dead. */
  replica (secrets?: readonly [Buffer, ...Buffer[]]): { readonly keys: IdempotencyKeys, readonly die: () => void }
}

function openWorld (): Desk {
  const clock = createManualClock()
  const operations = createMemoryStores(clock).operations
  const keyStore = createMemoryStores(clock).idempotency
  const dead = new Set<string>()
  return {
    clock,
    operations,
    keyStore,
    replica: (secrets = [Buffer.from('s')]) => {
      const engine = createEngine({ store: operations, clock, onFault: () => {} })
      const keys = createIdempotencyKeys({ store: keyStore, engine, isAlive: async replica => !dead.has(replica), secrets, clock })
      return { keys, die: () => { dead.add(engine.me) } }
    }
  }
}
const request: KeyedRequest = { principal: 'ops', account: 'a', key: 'k', request: ['POST', '/v1/a/servers', [], { name: 'web', image: 'i' }], isCreate: true, deadlineMs: 60_000 }
const signal = new AbortController().signal
const take = async (keys: IdempotencyKeys, facts: Partial<KeyedRequest> = {}): Promise<KeyVerdict> => await keys.take({ ...request, ...facts }, signal)
const refusalOf = async (work: Promise<unknown>): Promise<string> => await work.then(() => 'none', (error: unknown) => error instanceof GatewayError ? error.refusal : String(error))
async function idempotencyLease (keys: IdempotencyKeys, facts: Partial<KeyedRequest> = {}) {
  const verdict = await take(keys, facts)
  if (verdict.kind !== 'held') throw new Error(`the key is ${verdict.kind}`)
  return verdict.idempotencyLease
}
const answer = { status: 202, headers: { location: '/x' }, body: '{}' }
const created = (facts: Parameters<typeof record>[1] = {}) => record('create', { phase: 'sending', goal: defaultGoals.create, search: { spec: { name: 'web', image: 'i' }, baseline: [] }, ...facts, operation: { server_id: null, status: 'pending', ...facts.operation } })

t.test('a key does its work once, for one caller, one account and one request', async t => {
  const { keys } = openWorld().replica()
  const first = await idempotencyLease(keys)
  t.equal(await refusalOf(take(keys)), 'idempotency-in-progress')
  t.equal(await refusalOf(take(keys, { request: ['POST', '/v1/a/servers', [], { name: 'db', image: 'i' }] })), 'idempotency-mismatch')
  for (const facts of [{ principal: 'dev' }, { account: 'b' }, { key: 'k2' }]) t.equal((await take(keys, facts)).kind, 'held', JSON.stringify(facts))
  await first.keep(answer)
  t.same(await take(keys, { request: ['POST', '/v1/a/servers', [], { image: 'i', name: 'web' }] }), { kind: 'answer', answer }, 'the order of members does not matter')
  const second = await idempotencyLease(keys, { key: 'k3' })
  await second.release()
  t.equal((await take(keys, { key: 'k3' })).kind, 'held', 'what was refused leaves the key unused')
})

t.test('a key whose process has ended is taken over, and its late process neither sends nor forgets', async t => {
  const world = openWorld()
  const [one, two] = [world.replica(), world.replica()]
  const late = await idempotencyLease(one.keys)
  t.equal(await refusalOf(take(two.keys)), 'idempotency-in-progress', 'another replica works on it')
  one.die()
  const now = await idempotencyLease(two.keys)
  t.equal(await refusalOf(late.begin('op_late')), 'idempotency-unavailable', 'it has lost the right to send')
  await late.release()
  await now.begin('op_1')
  await now.keep(answer)
  t.same(await take(two.keys), { kind: 'answer', answer }, 'what the other has done stands')
})

t.test('what was begun is returned, waited for, or sent again only if it was certainly not made', async t => {
  const after = async (stored: ReturnType<typeof record> | null, facts: Partial<KeyedRequest> = {}): Promise<string> => {
    const world = openWorld()
    const one = world.replica()
    await (await idempotencyLease(one.keys, facts)).begin('op_1')
    one.die()
    if (stored !== null) await world.operations.put(stored)
    const outcome = take(world.replica().keys, facts).then(({ kind }) => kind, (error: unknown) => error instanceof GatewayError ? error.refusal : String(error))
    await world.clock.run(61_000)
    return await outcome
  }
  t.equal(await after(null), 'held', 'refused: there is no trace')
  t.equal(await after(created({ phase: 'following', operation: { server_id: '7' } })), 'operation')
  t.equal(await after(created({ phase: 'following' })), 'operation', 'accepted, though its id is not known')
  t.equal(await after(created({ phase: 'ambiguous' })), 'idempotency-in-progress')
  t.equal(await after(created({ phase: 'ambiguous', notMade: true, operation: { status: 'failed' } })), 'held')
  t.equal(await after(created({ phase: 'ambiguous', operation: { status: 'unknown' } })), 'operation', 'the outcome will never be known')
  t.equal(await after(record('stop'), { isCreate: false }), 'operation')
  t.equal(await after(record('stop', { notMade: true, operation: { status: 'failed' } }), { isCreate: false }), 'held')

  const world = openWorld()
  const one = world.replica()
  await (await idempotencyLease(one.keys)).begin(untracked)
  one.die()
  t.equal(await refusalOf(take(world.replica().keys)), 'conflict', 'the result of untracked work cannot be looked up')
})

t.test('an uncertain answer is replaced by what was found out later', async t => {
  const world = openWorld()
  const { keys } = world.replica()
  const first = await idempotencyLease(keys)
  const stored = created({ phase: 'ambiguous' })
  await world.operations.put(stored)
  await first.begin('op_1')
  await first.keep({ ...answer, status: 504 })
  const early = take(keys)
  await world.clock.run(61_000)
  t.match(await early, { kind: 'answer', answer: { status: 504 } })
  await world.operations.update(stored, current => ({ ...current, phase: 'following', operation: { ...current.operation, server_id: '7' } }))
  t.match(await take(keys), { kind: 'operation', stored: { operation: { server_id: '7' } } })
})

t.test('a store that does not know whether something was begun sends nothing again', async t => {
  const world = openWorld()
  const one = world.replica()
  await (await idempotencyLease(one.keys)).begin('op_1')
  one.die()
  const lost: OperationStore = { ...world.operations, get: async () => null, getForCertain: async () => { throw new Error('Redis is lost') } }
  const engine = createEngine({ store: lost, clock: world.clock, onFault: () => {} })
  const keys = createIdempotencyKeys({ store: world.keyStore, engine, isAlive: async () => false, secrets: [Buffer.from('s')], clock: world.clock })
  t.equal(await refusalOf(take(keys)), 'idempotency-unavailable')
})

t.test('a key is still known after the secrets were rotated', async t => {
  const world = openWorld()
  await (await idempotencyLease(world.replica([Buffer.from('old')]).keys)).keep(answer)
  const { keys } = world.replica([Buffer.from('new'), Buffer.from('old')])
  t.same(await take(keys), { kind: 'answer', answer })
  t.equal(await refusalOf(take(keys, { request: [] })), 'idempotency-mismatch')
  t.equal((await take(keys, { key: 'k2' })).kind, 'held')
  t.equal((await take(world.replica([Buffer.from('new')]).keys)).kind, 'held', 'keys under a removed secret are not found')
})
