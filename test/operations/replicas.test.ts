import { randomUUID } from 'node:crypto'
import t from 'tap'
import { systemClock } from '../../src/domain/clock.ts'
import { createEngine, type Engine } from '../../src/operations/engine.ts'
import { defaultGoals } from '../helpers/commands.ts'
import { createMemoryOperationRecords } from '../../src/state/sqlite/memory.ts'
import { createRedisOperationRecords } from '../../src/state/redis/operation-records.ts'
import { createSharedOperationStore } from '../../src/state/shared-operation-store.ts'
import type { OperationStore } from '../../src/state/operation-store.ts'
import { createSealer } from '../../src/state/sealer.ts'
import { eventually } from '../helpers/clock.ts'
import { serverFacts } from '../helpers/facts.ts'
import { openRedis } from '../helpers/redis.ts'
import { createProvider } from './provider.ts'
import { record } from './records.ts'

const sealer = createSealer(['a secret of at least thirty-two characters'])
const neverAborted = (): AbortSignal => new AbortController().signal
const pass = async (ms: number): Promise<void> => { await new Promise(resolve => { setTimeout(resolve, ms) }) }

t.test('two replicas on one Redis never poll at the same time, and both learn of the end', async t => {
  const server = await openRedis()
  const account = `replicas-${randomUUID()}`
  const provider = createProvider({ id: account, hasJobs: false })
  provider.rows.set('42', serverFacts('42', 'running'))
  let looking = 0
  let most = 0
  const polls: number[] = []
  provider.onCall = async call => {
    if (call === 'get 42' || call === 'list') polls.push(performance.now())
    looking += 1
    most = Math.max(most, looking)
    await pass(150)
    looking -= 1
  }
  const start = async (): Promise<{ engine: Engine, store: OperationStore }> => {
    const store = createSharedOperationStore(createRedisOperationRecords(await server.connect(), sealer), createMemoryOperationRecords)
    const engine = createEngine({ store, clock: systemClock, onFault: error => { t.fail(String(error)) } })
    engine.follow([provider.pollTarget])
    t.teardown(async () => { await engine.stop() })
    return { engine, store }
  }
  const replicas = [await start(), await start()]
  t.teardown(async () => { await server.stop() })
  const [one] = replicas
  const at = Date.now()
  const stop = record('stop', { startedAt: at, goal: defaultGoals.stop, operation: { id: `op_${randomUUID()}`, account } })
  // Left by a process that has never said that it lives.
  const left = record('delete', { startedAt: at, phase: 'sending', goal: defaultGoals.delete, operation: { id: `op_${randomUUID()}`, account, server_id: '7', status: 'pending' } })
  await one?.store.put(stop)
  await one?.store.put(left)
  const waits = replicas.flatMap(({ engine }) => [engine.wait(stop, 20_000, neverAborted()), engine.wait(left, 20_000, neverAborted())])
  // Between two polls: one that is under way would see the end.
  await eventually(() => polls.length >= 2 && looking === 0)
  const baseline = polls.length
  provider.rows.set('42', serverFacts('42', 'stopped'))
  t.same((await Promise.all(waits)).map(({ operation }) => operation.status), ['succeeded', 'succeeded', 'succeeded', 'succeeded'])
  t.equal(most, 1, 'one poll at a time')
  t.ok(polls.length > baseline && polls.length <= baseline + 1, `${polls.length} polls, ${baseline} of them before the end`)
  const gaps = polls.slice(1).map((at, index) => at - (polls[index] ?? 0))
  t.ok(gaps.every(gap => gap >= 400), `two replicas poll no more often than one: ${gaps.map(Math.round).join(', ')} ms`)
})
