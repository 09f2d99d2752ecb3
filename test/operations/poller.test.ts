import t, { type Test } from 'tap'
import { fingerprintOf } from '../../src/operations/search.ts'
import { defaultGoals } from '../helpers/commands.ts'
import { createEngine, type Engine } from '../../src/operations/engine.ts'
import type { OperationStore, StoredOperation } from '../../src/state/operation-store.ts'
import { serverFacts, snapshotFacts } from '../helpers/facts.ts'
import { createManualClock, type ManualClock } from '../helpers/clock.ts'
import { createProvider, failure, type TestProvider } from './provider.ts'
import { record } from './records.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

interface Setup {
  readonly clock: ManualClock
  readonly provider: TestProvider
  readonly store: OperationStore
  readonly engine: Engine
  readonly faults: unknown[]
  open (action: string, facts?: Parameters<typeof record>[1]): Promise<StoredOperation>
  statusOf (stored: StoredOperation): Promise<string | undefined>
}

function setUp (t: Test, options: Parameters<typeof createProvider>[0] = {}): Setup {
  const clock = createManualClock()
  const provider = createProvider(options)
  const store = createMemoryStores(clock).operations
  const faults: unknown[] = []
  const engine = createEngine({ store, clock, onFault: error => { faults.push(error) } })
  engine.follow([provider.pollTarget])
  t.teardown(async () => { await engine.stop() })
  let count = 0
  return {
    clock,
    provider,
    store,
    engine,
    faults,
    open: async (action, facts = {}) => {
      const at = clock.now()
      count += 1
      const stored = record(action, { startedAt: at, ...facts, operation: { id: `op_${String(count).padStart(4, '0')}`, server_id: String(count), ...facts.operation } })
      await store.put(stored)
      await engine.wait(stored, 0, new AbortController().signal)
      return stored
    },
    statusOf: async ({ operation: { id } }) => (await store.get('a', id))?.operation.status
  }
}
const neverAborted = (): AbortSignal => new AbortController().signal

t.test('a wall clock that is set during a pause delays no poll of a new operation', async t => {
  const month = 30 * 24 * 3600_000
  const { clock, provider, engine, open } = setUp(t)
  await clock.run(1000)
  clock.setBy(month)
  await open('stop', { jobs: [{ id: 'first', name: 'stop' }] })
  await clock.run(600)
  t.same(provider.calls, ['jobs'], 'set forward while nothing was open')
  clock.setBy(-3600_000)
  await clock.run(10_000)
  clock.setBy(3600_000)
  const second = await open('stop', { jobs: [{ id: 'second', name: 'stop' }] })
  engine.wait(second, 60_000, neverAborted()).catch(t.threw)
  const { length } = provider.calls
  await clock.run(600)
  t.ok(provider.calls.length > length, 'set back while one was open, and corrected')
})

t.test('a new operation does not wake a poller that wakes in time by itself', async t => {
  const clock = createManualClock()
  const { operations } = createMemoryStores(clock)
  let reads = 0
  const pending: OperationStore['pending'] = async account => { reads += 1; return await operations.pending(account) }
  const engine = createEngine({ store: { ...operations, pending }, clock, onFault: () => {} })
  const provider = createProvider()
  await engine.follow([provider.pollTarget])
  t.teardown(async () => { await engine.stop() })
  const begin = async (id: string): Promise<void> => {
    const intent = { account: 'a', provider: 'p', action: 'stop', serverId: id, goal: null, search: null, phase: 'sending', sendingMs: 60_000 } as const
    const { stored } = await engine.open(intent)
    await engine.accept(stored, { jobs: [{ id, name: 'stop' }] })
    await clock.run(1)
  }
  await begin('1')
  const before = reads
  for (let number = 2; number < 100; number += 1) await begin(String(number))
  t.equal(reads, before)
  await clock.run(500)
  t.ok(provider.calls.includes('jobs'))
})

t.test('a hundred waiters on one account cost one call for each tick', async t => {
  const { clock, provider, engine, open } = setUp(t)
  const waits: Array<Promise<StoredOperation>> = []
  for (let number = 0; number < 50; number += 1) {
    const stored = await open('stop', { jobs: [{ id: `j${number}`, name: 'stop' }] })
    for (let caller = 0; caller < 2; caller += 1) waits.push(engine.wait(stored, 60_000, neverAborted()))
  }
  const sentAt: number[] = []
  const begun = clock.now()
  provider.onCall = async () => { sentAt.push(clock.now() - begun) }
  await clock.run(16_000)
  t.same(sentAt, [500, 1500, 3500, 6500, 11_500], 'half a second, one, two, three, then every five')
  t.ok(provider.calls.every(call => call === 'jobs'))
  for (let number = 0; number < 50; number += 1) provider.jobs.set(`j${number}`, { status: 'succeeded' })
  await clock.run(1000)
  t.ok((await Promise.all(waits)).every(({ operation }) => operation.status === 'succeeded'), 'all waiters are answered')
  const { length } = provider.calls
  await clock.run(60_000)
  t.equal(provider.calls.length, length, 'operations that have ended are not polled again')
})

t.test('several servers cost one list where that is cheaper, otherwise one read each', async t => {
  const short = setUp(t, { hasJobs: false })
  for (let number = 0; number < 5; number += 1) await short.open('stop', { goal: defaultGoals.stop })
  for (let number = 1; number <= 5; number += 1) short.provider.rows.set(String(number), serverFacts(String(number), 'running'))
  await short.clock.run(600)
  t.same(short.provider.calls, ['list'])

  const long = setUp(t, { hasJobs: false, pageSize: 10 })
  for (let number = 1; number <= 100; number += 1) long.provider.rows.set(String(number), serverFacts(String(number), 'running'))
  for (let number = 0; number < 3; number += 1) await long.open('stop', { goal: defaultGoals.stop })
  await long.clock.run(600)
  t.equal(long.provider.calls.length, 10, 'the length of the list was not known yet')
  long.provider.calls.length = 0
  await long.clock.run(1000)
  t.same(long.provider.calls, ['get 1', 'get 2', 'get 3'])

  const one = setUp(t, { hasJobs: false })
  one.provider.rows.set('1', serverFacts('1', 'running'))
  await one.open('stop', { goal: defaultGoals.stop })
  await one.open('stop', { goal: defaultGoals.stop, operation: { server_id: '1' } })
  await one.clock.run(600)
  t.same(one.provider.calls, ['get 1'], 'two operations on one server share a read')
})

t.test('a deleted snapshot is looked up in the list of its server', async t => {
  const { clock, provider, open, statusOf } = setUp(t, { hasJobs: false })
  provider.rows.set('1', serverFacts('1', 'running'))
  provider.snapshots.push(snapshotFacts('s1', 'deleting'))
  const stored = await open('snapshots.delete', { goal: { missingSnapshot: 's1' } })
  await clock.run(600)
  t.same(provider.calls, ['get 1', 'snapshots 1'])
  t.equal(await statusOf(stored), 'running')
  provider.snapshots.length = 0
  await clock.run(1000)
  t.equal(await statusOf(stored), 'succeeded')
})

const logged = { jobs: [{ id: 'req-1', name: 'stop' }] } as const

t.test('the log of an action is read only while the server shows no work, and its failure fails the operation', async t => {
  const { clock, provider, store, open } = setUp(t, { hasJobs: false, hasLog: true })
  const stored = await open('stop', { ...logged, goal: defaultGoals.stop })
  provider.rows.set('1', serverFacts('1', 'stopping', { task: 'powering-off', locked: true }))
  await clock.run(1600)
  t.same(provider.calls, ['get 1', 'get 1'])
  provider.rows.set('1', serverFacts('1', 'running'))
  await clock.run(2000)
  t.match((await store.get('a', stored.operation.id))?.operation, { status: 'running', upstream: { id: 'req-1', status: 'running' } }, 'an undecided log decides nothing')
  provider.jobs.set('req-1', { status: 'failed', vendorStatus: 'Error', error: 'no ACPI, said hunter2' })
  await clock.run(3000)
  t.match((await store.get('a', stored.operation.id))?.operation, { status: 'failed', error: 'no ACPI, said [redacted]', upstream: { status: 'Error' } })
})

t.test('a log without a failure is no success: the server decides, and an entry that succeeded stands for a transition', async t => {
  const { clock, provider, open, statusOf } = setUp(t, { hasJobs: false, hasLog: true })
  provider.jobs.set('req-1', { status: 'succeeded', vendorStatus: 'Success' })
  provider.rows.set('1', serverFacts('1', 'running'))
  provider.rows.set('2', serverFacts('2', 'running'))
  provider.rows.set('3', serverFacts('3', 'running'))
  const [stop, reboot, snapshot] = [
    await open('stop', { ...logged, goal: defaultGoals.stop }),
    await open('reboot', { ...logged, goal: defaultGoals.reboot }),
    await open('snapshots.create', { ...logged, goal: { unprovable: true, statuses: ['running'] } })
  ]
  await clock.run(600)
  t.equal(await statusOf(stop), 'running')
  t.equal(await statusOf(reboot), 'succeeded', 'no settling time is waited for')
  t.equal(await statusOf(snapshot), 'succeeded', 'what the server shows was there before')
})

t.test('an operation that fails with its server says why the server is in error', async t => {
  const { clock, provider, store, open } = setUp(t, { hasJobs: false })
  const stored = await open('create', { goal: defaultGoals.create })
  provider.rows.set('1', serverFacts('1', 'provisioning'))
  await clock.run(600)
  provider.rows.set('1', serverFacts('1', 'error', { provider_status: 'ERROR' }))
  provider.faults.set('1', 'No room, said hunter2')
  await clock.run(2000)
  t.match((await store.get('a', stored.operation.id))?.operation, { status: 'failed', error: 'the provider shows the server as ERROR: No room, said [redacted]' })
})

t.test('the list does not prove that a server is missing', async t => {
  const { clock, provider, open, statusOf } = setUp(t, { hasJobs: false })
  const first = await open('delete', { goal: defaultGoals.delete })
  const second = await open('stop', { goal: defaultGoals.stop })
  provider.rows.set('2', serverFacts('2', 'stopped'))
  await clock.run(600)
  t.same(provider.calls, ['list', 'get 1'])
  t.equal(await statusOf(first), 'succeeded')
  t.equal(await statusOf(second), 'succeeded')
})

t.test('neither an unreachable provider nor an internal error keeps an operation from its verdict', async t => {
  for (const [error, note] of [[failure('timeout'), /timeout/], [new TypeError('x is not a function'), /internal error of the gateway/]] as const) {
    const { clock, provider, store, faults, open, statusOf } = setUp(t)
    const job = await open('stop', { jobs: [{ id: 'j1', name: 'stop' }] })
    const seen = await open('stop', { goal: defaultGoals.stop })
    const lost = await open('create', { goal: defaultGoals.create, search: { spec: { name: 'web', image: 'i' }, baseline: [] }, operation: { server_id: null } })
    provider.onCall = async () => { throw error }
    await clock.run(1000)
    for (const one of [job, seen, lost]) t.match(await store.get('a', one.operation.id), { operation: { status: 'running', note } })
    await clock.run(606_000)
    for (const one of [job, seen, lost]) {
      t.equal(await statusOf(one), 'unknown')
      t.match((await store.get('a', one.operation.id))?.operation.note, note)
    }
    t.equal(faults.length > 0, error instanceof TypeError)
  }
})

t.test('a step is sent when the server is ready for it, once', async t => {
  const { clock, provider, store, open, statusOf } = setUp(t, { hasJobs: false })
  const sent: string[] = []
  provider.rows.set('1', serverFacts('1', 'running'))
  provider.steps.confirm = {
    isDue: (server, { plan }) => server.status === 'resizing' && plan === 'p2',
    run: async (id, input) => {
      sent.push(`${id} ${String(input.plan)}`)
      provider.rows.set('1', serverFacts('1', 'running'))
      return { goal: { statuses: ['running'], transition: true } }
    }
  }
  const resize = await open('resize', { goal: { plan: 'p2' }, next: { name: 'confirm', input: { plan: 'p2' } } })
  await clock.run(40_000)
  t.same(sent, [])
  provider.rows.set('1', serverFacts('1', 'resizing'))
  await clock.run(6000)
  t.same(sent, ['1 p2'])
  await clock.run(8000)
  t.equal(await statusOf(resize), 'running', 'what is shown is judged from the step, not from the beginning')
  await clock.run(12_000)
  t.equal(await statusOf(resize), 'succeeded')
  t.same(sent, ['1 p2'])

  const strange = await open('resize', { goal: { plan: 'p2' }, next: { name: 'gone', input: {} }, operation: { server_id: '1' } })
  await clock.run(1000)
  t.match((await store.get('a', strange.operation.id))?.operation, { status: 'failed', error: /has no step gone/ })
})

t.test('a step refused for now is retried, a refused one fails, one without an answer is not sent again', async t => {
  const { clock, provider, store, open, statusOf } = setUp(t, { hasJobs: false })
  provider.rows.set('1', serverFacts('1', 'running'))
  const answers = [failure('conflict'), failure('unreachable'), null]
  let sent = 0
  provider.steps.confirm = { isDue: () => true, run: async () => { const answer = answers[sent++] ?? null; if (answer !== null) throw answer; return {} } }
  const step = { goal: { statuses: ['running'] }, next: { name: 'confirm', input: {} }, operation: { server_id: '1' } } as const
  const again = await open('resize', step)
  await clock.run(20_000)
  t.equal(sent, 3)
  t.equal(await statusOf(again), 'succeeded')

  provider.steps.confirm = { isDue: () => true, run: async () => { throw failure('quota') } }
  const refused = await open('resize', step)
  await clock.run(1000)
  t.match((await store.get('a', refused.operation.id))?.operation, { status: 'failed', error: 'confirm: vendor says quota' })

  for (const error of [failure('timeout', 'possible'), new TypeError('x')]) {
    let tries = 0
    provider.steps.confirm = { isDue: () => true, run: async () => { tries += 1; throw error } }
    const lost = await open('resize', step)
    await clock.run(10_000)
    t.equal(tries, 1)
    t.match((await store.get('a', lost.operation.id))?.operation, { status: 'succeeded', note: /answer to a step was lost/ })
  }

  const begun = await open('resize', step)
  await store.claim('a', `step:${begun.operation.id}:0`, 'a process that is gone')
  let tries = 0
  provider.steps.confirm = { isDue: () => true, run: async () => { tries += 1; return {} } }
  await clock.run(10_000)
  t.equal(tries, 0, 'it may have been sent before the crash')
  t.equal(await statusOf(begun), 'succeeded')
})

const order = (name: string, baseline: readonly string[] = []) => ({ goal: defaultGoals.create, search: { spec: { name, image: 'i' }, baseline: baseline.map(fingerprintOf) }, operation: { server_id: null } })
const markAmbiguous = (clock: ManualClock, settleMs: number | null = 15_000) => ({ phase: 'ambiguous', ambiguousSince: clock.now(), sendingUntil: clock.now(), settleMs } as const)

t.test('a server that existed before the create is never taken for it, even if it matches later', async t => {
  const { clock, provider, open, statusOf } = setUp(t, { hasJobs: false })
  provider.rows.set('old', serverFacts('old', 'running', { name: 'web' }))
  const lost = await open('create', { ...order('web', ['old']), phase: 'ambiguous', ambiguousSince: clock.now(), sendingUntil: clock.now(), settleMs: 30_000 })
  await clock.run(60_000)
  t.equal(await statusOf(lost), 'failed')
})

t.test('the server of a create without an id is found by the create\'s members, each one once', async t => {
  const { clock, provider, store, open } = setUp(t)
  provider.rows.set('old', serverFacts('old', 'running', { name: 'web' }))
  const first = await open('create', order('web', ['old']))
  const second = await open('create', order('web', ['old']))
  await clock.run(1000)
  provider.rows.set('n1', serverFacts('n1', 'running', { name: 'web' }))
  await clock.run(10_000)
  provider.rows.set('n2', serverFacts('n2', 'running', { name: 'web' }))
  await clock.run(10_000)
  t.match((await store.get('a', first.operation.id))?.operation, { status: 'succeeded', server_id: 'n1' })
  t.match((await store.get('a', second.operation.id))?.operation, { status: 'succeeded', server_id: 'n2' })
})

t.test('where servers carry the id of their operation, it alone decides which one was created', async t => {
  const { clock, provider, store, open } = setUp(t, { hasJobs: false, hasMarks: true })
  const lost = await open('create', { ...order('web'), ...markAmbiguous(clock) })
  provider.rows.set('twin', serverFacts('twin', 'running', { name: 'web', tags: ['op_of_another'] }))
  provider.rows.set('own', serverFacts('own', 'running', { name: 'renamed meanwhile', tags: [lost.operation.id] }))
  await clock.run(2000)
  t.match((await store.get('a', lost.operation.id))?.operation, { status: 'succeeded', server_id: 'own' })
})

t.test('an ambiguous create yields to an accepted one, is searched every five seconds, and waits again if its match was taken', async t => {
  const { clock, provider, store, open, statusOf } = setUp(t)
  const ambiguous = await open('create', { ...order('web'), ...markAmbiguous(clock) })
  const accepted = await open('create', order('web'))
  await clock.run(30_000)
  t.equal(await statusOf(ambiguous), 'running', 'the other one may still appear')
  t.ok(provider.calls.length < 12, `${provider.calls.length} polls in half a minute`)
  provider.rows.set('n1', serverFacts('n1', 'running', { name: 'web' }))
  provider.rows.set('n2', serverFacts('n2', 'running', { name: 'other' }))
  await clock.run(6000)
  t.equal((await store.get('a', accepted.operation.id))?.operation.server_id, 'n1')
  await clock.run(6000)
  t.equal(await statusOf(ambiguous), 'running')
  await clock.run(70_000)
  t.match(await store.get('a', ambiguous.operation.id), { notMade: true, operation: { status: 'failed', error: /was not created/ } })
})

t.test('while another create of the same name is being sent, its server is not taken', async t => {
  const { clock, provider, open, statusOf } = setUp(t)
  const ambiguous = await open('create', { ...order('web'), ...markAmbiguous(clock) })
  await open('create', { ...order('Web'), phase: 'sending', sendingUntil: clock.now() + 50_000 })
  provider.rows.set('n1', serverFacts('n1', 'running', { name: 'web' }))
  await clock.run(45_000)
  t.equal(await statusOf(ambiguous), 'running')
})

t.test('an ambiguous create without a match was not made; an accepted one is unknown at its deadline, and so is the one that waits for it', async t => {
  const { clock, provider, store, open, statusOf } = setUp(t)
  const reset = await open('create', { ...order('a'), ...markAmbiguous(clock) })
  const unreadable = await open('create', { ...order('b'), ...markAmbiguous(clock, null), deadlineAt: clock.now() + 1_800_000 })
  const accepted = await open('create', { ...order('c'), deadlineAt: clock.now() + 1_800_000 })
  const waiting = await open('create', { ...order('c'), ...markAmbiguous(clock), deadlineAt: clock.now() + 1_700_000 })
  await clock.run(14_000)
  t.equal(await statusOf(reset), 'running')
  await clock.run(8000)
  t.match(await store.get('a', reset.operation.id), { notMade: true })
  await clock.run(1_720_000)
  t.match((await store.get('a', waiting.operation.id)), { notMade: false, operation: { status: 'unknown' } })
  await clock.run(100_000)
  for (const one of [unreadable, accepted]) t.match(await store.get('a', one.operation.id), { notMade: false, operation: { status: 'unknown', note: /deadline/ } })
  t.ok(provider.calls.length < 450, 'every five seconds')
})

t.test('the call of a process that is gone is ambiguous; a call that it only intended was not made', async t => {
  const { clock, store, open, statusOf } = setUp(t)
  await store.beat('another process', 60_000)
  const asking = await open('stop', { phase: 'sending', goal: defaultGoals.delete })
  const intended = await open('create', { ...order('web'), phase: 'intended' })
  await clock.run(59_000)
  t.same([await statusOf(asking), await statusOf(intended)], ['running', 'running'], 'it may still be at work')
  await clock.run(7000)
  t.equal(await statusOf(asking), 'succeeded')
  t.match(await store.get('a', intended.operation.id), { notMade: true, operation: { status: 'failed', error: /nothing was done/ } })
})

t.test('a waiter is answered at the end, at its timeout, or when aborted', async t => {
  const { clock, provider, engine, open } = setUp(t)
  const stored = await open('stop', { goal: defaultGoals.stop })
  provider.rows.set('1', serverFacts('1', 'running'))
  const short = engine.wait(stored, 3000, neverAborted())
  const caller = new AbortController()
  const left = engine.wait(stored, 60_000, caller.signal)
  const events: string[] = []
  const listening = (async () => { for await (const { operation } of engine.changes(stored, 0, neverAborted())) events.push(operation.status) })()
  await clock.run(3000)
  t.equal((await short).operation.status, 'running')
  caller.abort()
  t.equal((await left).operation.status, 'running')
  provider.rows.set('1', serverFacts('1', 'stopped'))
  await clock.run(6000)
  await listening
  t.same(events, ['running', 'succeeded'])
  t.equal((await engine.wait({ ...stored, operation: { ...stored.operation, id: 'op_gone' } }, 0, neverAborted())).operation.id, 'op_gone')
})

t.test('operations are listed page by page, past unreadable records too', async t => {
  const { engine, open, store } = setUp(t)
  for (let number = 0; number < 250; number += 1) await open(number % 2 === 0 ? 'stop' : 'start', { operation: { status: 'succeeded' } })
  const short = { ...store, list: async (account: string, after: string | null, count: number) => (await store.list(account, after, count)).filter(({ operation }) => operation.id !== 'op_0200') }
  const all = createEngine({ store: short, clock: createManualClock(), onFault: () => {} })
  const ids: string[] = []
  let after: string | null = null
  do {
    const page = await all.list('a', { statuses: null, serverId: null, action: null, limit: 60, after })
    ids.push(...page.rows.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  t.equal(ids.length, 249)
  t.same(ids, [...ids].sort().reverse())
  t.equal((await engine.list('a', { statuses: new Set(['succeeded']), serverId: null, action: 'stop', limit: 500, after: null })).rows.length, 125)
  t.equal((await engine.list('a', { statuses: null, serverId: '7', action: null, limit: 500, after: null })).rows.length, 1)
  t.same((await engine.list('b', { statuses: null, serverId: null, action: null, limit: 5, after: null })).rows, [])
})
