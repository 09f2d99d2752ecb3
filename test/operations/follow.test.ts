import t from 'tap'
import type { Accepted, Action, JobState, ServerOperations } from '../../src/adapters/contract.js'
import { compareText } from '../../src/domain/compare.js'
import { UpstreamError } from '../../src/domain/failure.js'
import type { Operation } from '../../src/domain/operation.js'
import type { ServerFacts, ServerStatus } from '../../src/domain/server.js'
import { look, lookedInVain } from '../../src/operations/follow.js'
import { createMemoryOperationStore } from '../../src/operations/memory-store.js'
import { createRedisOperationStore } from '../../src/operations/redis-store.js'
import type { OperationStore, StoredOperation } from '../../src/operations/store.js'
import { serverFacts } from '../helpers/facts.js'
import { openRedis } from '../helpers/redis.js'

const startedAt = Date.parse('2026-11-21T10:00:00.000Z')
const seconds = (count: number): number => startedAt + count * 1000

const operation: Operation = {
  id: 'op_1',
  account: 'a',
  provider: 'p',
  action: 'stop',
  server_id: '42',
  status: 'running',
  created_at: '2026-11-21T10:00:00.000Z',
  updated_at: '2026-11-21T10:00:00.000Z',
  finished_at: null,
  progress: null,
  error: null,
  note: null,
  upstream: null
}
const stored = (action: string, facts: Partial<StoredOperation> = {}): StoredOperation =>
  ({ operation: { ...operation, action }, jobs: [], startedAt, deadlineAt: seconds(600), lastLookAt: 0, transitionSeen: false, ...facts })

const server = (status: ServerStatus, facts: Partial<ServerFacts> = {}): ServerFacts => serverFacts('42', status, facts)

/** A provider that shows one server after the other (null: gone). */
function showing (...views: Array<ServerFacts | null>): ServerOperations {
  let at = 0
  const run = async (): Promise<Accepted> => ({})
  const action: Action = { evidence: 'documented', run }
  return {
    list: { evidence: 'documented', paging: 'whole', pageSize: 1, ordered: false, compareIds: compareText, run: async () => ({ rows: [], start: 0, last: true, total: 0 }) },
    get: {
      evidence: 'documented',
      run: async () => {
        const view = views[Math.min(at++, views.length - 1)] ?? null
        if (view === null) throw new UpstreamError('not-found', 'gone')
        return { server: view, raw: {} }
      }
    },
    start: action,
    stop: action,
    reboot: action
  }
}

async function follow (action: string, views: Array<[number, ServerFacts | null]>): Promise<Array<[string, string | null]>> {
  const operations = showing(...views.map(([, view]) => view))
  let current = stored(action)
  const verdicts: Array<[string, string | null]> = []
  for (const [second] of views) {
    current = await look(current, operations, seconds(second))
    verdicts.push([current.operation.status, current.operation.note])
  }
  return verdicts
}
const statusesOf = async (action: string, views: Array<[number, ServerFacts | null]>): Promise<string[]> => (await follow(action, views)).map(([status]) => status)

t.test('a stop has succeeded when the server is stopped, and not before', async t => {
  t.same(await statusesOf('stop', [[1, server('running')], [2, server('stopping')], [3, server('stopped')]]), ['running', 'running', 'succeeded'])
  t.same(await statusesOf('stop', [[1, server('stopped', { locked: true, task: 'locked' })], [2, server('stopped')]]), ['running', 'succeeded'], 'a lock is work under way')
  t.same(await statusesOf('stop', [[1, server('stopped', { locked: true })]]), ['succeeded'], 'an administrator\'s lock is not')
})

t.test('a start has succeeded when the server runs', async t => {
  t.same(await statusesOf('start', [[1, server('stopped')], [2, server('starting')], [3, server('running')]]), ['running', 'running', 'succeeded'])
  t.same(await statusesOf('start', [[1, server('rescue')]]), ['succeeded'])
  t.same(await statusesOf('start', [[1, server('unknown')]]), ['running'], 'what is not known is no success')
})

t.test('a reboot needs a transition to be seen, or time, and then says that none was', async t => {
  t.same(await follow('reboot', [[1, server('running')], [2, server('rebooting')], [3, server('running')]]), [['running', null], ['running', null], ['succeeded', null]])
  t.same(await follow('reboot', [[1, server('running', { task: 'rebooting', locked: true })], [2, server('running')]]), [['running', null], ['succeeded', null]])
  const unseen = await follow('reboot', [[1, server('running')], [14, server('running')], [15, server('running')]])
  t.same(unseen.map(([status]) => status), ['running', 'running', 'succeeded'])
  t.match(unseen[2]?.[1], /not observed/)
})

t.test('an error state fails the operation, but an old one right after the action does not', async t => {
  t.same(await statusesOf('start', [[1, server('error')], [2, server('starting')], [2.5, server('error', { provider_status: 'start_fail' })]]), ['running', 'running', 'failed'])
  t.same(await statusesOf('start', [[4, server('error')]]), ['failed'])
  const failed = await look(stored('start'), showing(server('error', { provider_status: 'start_fail' })), seconds(5))
  t.match(failed.operation, { error: /start_fail/, finished_at: '2026-11-21T10:00:05.000Z' })
})

t.test('a server that is gone fails the operation', async t => {
  t.match((await look(stored('stop'), showing(null), seconds(1))).operation, { status: 'failed', error: 'the server is gone' })
})

t.test('a verb with a judgement of its own is judged by it', async t => {
  const operations = { ...showing(server('stopped')), stop: { evidence: 'documented' as const, run: async () => ({}), judge: () => 'going' as const } }
  t.equal((await look(stored('stop'), operations, seconds(1))).operation.status, 'running')
})

t.test('jobs decide where there are any: all must succeed, one may fail', async t => {
  const withJobs = (...states: Array<Partial<JobState>>): ServerOperations => ({
    ...showing(server('running')),
    jobs: async jobs => jobs.map((job, index) => ({ ...job, status: 'running' as const, vendorStatus: null, error: null, ...states[index] }))
  })
  const two = stored('stop', { jobs: [{ id: '7', name: 'host_stop' }, { id: '8', name: 'disk_resize' }] })
  t.match((await look(two, withJobs({ status: 'succeeded', vendorStatus: 'complete' }, {}), seconds(1))).operation, { status: 'running', upstream: { id: '7', status: 'complete' } })
  t.match((await look(two, withJobs({ status: 'succeeded' }, { status: 'succeeded' }), seconds(1))).operation, { status: 'succeeded', error: null })
  t.match((await look(two, withJobs({ status: 'succeeded' }, { status: 'failed', vendorStatus: 'fail', error: 'no space' }), seconds(1))).operation, { status: 'failed', error: 'no space', upstream: { id: '8', status: 'fail' } })
  t.match((await look(two, withJobs({ status: 'failed' }, {}), seconds(1))).operation, { status: 'failed', error: String })
})

t.test('after the deadline the verdict is unknown, and says why', async t => {
  const late = await look(stored('stop'), showing(server('running')), seconds(601))
  t.match(late.operation, { status: 'unknown', note: /deadline/, finished_at: '2026-11-21T10:10:01.000Z' })
  t.match((await look(stored('stop'), showing(server('stopped')), seconds(601))).operation, { status: 'succeeded' }, 'a success that is seen late is a success')
  t.match(lookedInVain(stored('stop'), 'The provider could not be asked just now (timeout).', seconds(700)).operation, { status: 'unknown', note: /deadline.*timeout/ })
  t.match(lookedInVain(stored('stop'), 'The provider could not be asked just now (timeout).', seconds(10)).operation, { status: 'running', note: /timeout/ })
})

t.test('what has ended is not looked at again', async t => {
  const ended = stored('stop', { operation: { ...operation, status: 'succeeded' } })
  const operations = showing(server('running'))
  t.equal(await look(ended, { ...operations, get: { evidence: 'documented', run: async () => { throw new Error('looked') } } }, seconds(1)), ended)
})

const keepsOperations = async (check: Pick<typeof t, 'same' | 'equal'>, store: OperationStore): Promise<void> => {
  const now = Date.now()
  const one = stored('stop', { startedAt: now, jobs: [{ id: '7', name: 'host_stop' }] })
  await store.put(one)
  check.same(await store.get('a', 'op_1'), one)
  check.equal(await store.get('b', 'op_1'), null, 'another account does not see it')
  check.equal(await store.get('a', 'op_2'), null)
}
t.test('in memory: operations are kept for a day, each for its account', async t => {
  await keepsOperations(t, createMemoryOperationStore())
  let now = startedAt
  const store = createMemoryOperationStore(() => now)
  await store.put(stored('stop'))
  now += 24 * 3600_000 + 1
  t.equal(await store.get('a', 'op_1'), null)
  await store.put(stored('stop', { startedAt: now, operation: { ...operation, id: 'op_2' } }))
  t.not(await store.get('a', 'op_2'), null)
})

t.test('in Redis: operations outlive the process; without Redis this one goes on', async t => {
  const server = await openRedis()
  t.teardown(async () => { await server.stop() })
  const redis = await server.connect()
  await keepsOperations(t, createRedisOperationStore(redis, createMemoryOperationStore()))
  const other = createRedisOperationStore(await server.connect(), createMemoryOperationStore())
  t.match(await other.get('a', 'op_1'), { operation: { id: 'op_1' } }, 'another process sees it')
  await redis.set('hawser:operation:a:op_bad', '{"operation":{}}')
  t.equal(await other.get('a', 'op_bad'), null, 'what can not be read is not there')
  await redis.del('hawser:operation:a:op_1', 'hawser:operation:a:op_bad')
  const lost = createRedisOperationStore(redis, createMemoryOperationStore())
  redis.disconnect()
  await keepsOperations(t, lost)
})
