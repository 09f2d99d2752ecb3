import t from 'tap'
import type { JobState } from '../../src/adapters/verbs.ts'
import type { ServerFacts, ServerStatus } from '../../src/domain/server.ts'
import { afterFailedPoll, afterJobs, afterServer } from '../../src/operations/poll-results.ts'
import { createOperationEvents } from '../../src/operations/operation-events.ts'
import { defaultGoals } from '../helpers/commands.ts'
import { afterAccepted, afterAmbiguous, delayAfter, ended, isEnded, newOperation, undecided } from '../../src/operations/transitions.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { createManualClock, timeBy } from '../helpers/clock.ts'
import type { StoredOperation } from '../../src/state/operation-store.ts'
import { serverFacts } from '../helpers/facts.ts'
import { failure } from './provider.ts'
import { record, startedAt } from './records.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

const seconds = (count: number): number => startedAt + count * 1000
const server = (status: ServerStatus, facts: Partial<ServerFacts> = {}): ServerFacts => serverFacts('42', status, facts)

/** The statuses of an operation whose server is seen like this, at these seconds after it was accepted. */
function statusesAfter (stored: StoredOperation, views: ReadonlyArray<readonly [number, ServerFacts | null]>): string[] {
  let current = stored
  return views.map(([second, view]) => {
    current = isEnded(current) ? current : afterServer(current, view, seconds(second))
    return current.operation.status
  })
}

t.test('an operation is followed from state to state until its goal is reached', async t => {
  const stop = record('stop', { goal: defaultGoals.stop })
  t.same(statusesAfter(stop, [[1, server('running')], [2, server('stopping')], [3, server('stopped')]]), ['running', 'running', 'succeeded'])
  const reboot = record('reboot', { goal: defaultGoals.reboot })
  t.same(statusesAfter(reboot, [[1, server('running')], [2, server('rebooting')], [3, server('running')]]), ['running', 'running', 'succeeded'])
  t.same(statusesAfter(reboot, [[1, server('running')], [14, server('running')], [15, server('running')]]), ['running', 'running', 'succeeded'])
  const start = record('start', { goal: defaultGoals.start })
  t.same(statusesAfter(start, [[1, server('error')], [2, server('starting')], [2.5, server('error')]]), ['running', 'running', 'failed'])
  t.same(statusesAfter(record('delete', { goal: defaultGoals.delete }), [[1, server('deleting')], [2, null]]), ['running', 'succeeded'])
  t.match(afterServer(stop, null, seconds(1)).operation, { status: 'failed', error: 'the server is gone', finished_at: '2026-11-21T10:00:01.000Z' })
})

t.test('the state of a server is judged from the time of the provider call, not of the intent', async t => {
  const intent = newOperation({ account: 'a', provider: 'p', action: 'reboot', serverId: '42', goal: defaultGoals.reboot, search: null, phase: 'sending', sendingMs: 60_000 }, 'me', startedAt)
  t.match(intent, { phase: 'sending', operation: { status: 'pending', id: /^op_[0-9a-f]{28}$/ }, sendingUntil: seconds(60), deadlineAt: seconds(600) })
  const slow = afterAccepted(intent, {}, seconds(20))
  t.same(statusesAfter(slow, [[20.5, server('running')], [34, server('running')], [35, server('running')]]), ['running', 'running', 'succeeded'],
    'a provider that took twenty seconds to accept has had no time to reboot anything')
  const created = afterAccepted(record('create', { goal: defaultGoals.create, operation: { server_id: null } }), { serverId: '42' }, seconds(50))
  t.same(statusesAfter(created, [[70, null], [109, null], [110, null]]), ['running', 'running', 'failed'], 'a new server may be missing for a minute')
})

t.test('a reboot whose lock or task began and ended has succeeded at once, without a note', async t => {
  const accepted = afterAccepted(record('reboot', { phase: 'sending', goal: defaultGoals.reboot }), { begun: true }, seconds(0))
  t.match(afterServer(accepted, server('running'), seconds(0.5)).operation, { status: 'succeeded', note: null }, 'the answer showed the lock')
  t.same(statusesAfter(accepted, [[0.5, server('running', { locked: true, task: 'locked' })], [1.5, server('running')]]), ['running', 'succeeded'])
  const reboot = record('reboot', { goal: defaultGoals.reboot })
  t.same(statusesAfter(reboot, [[0.5, server('running', { locked: true, task: 'locked' })], [1.5, server('running')]]), ['running', 'succeeded'], 'a poll saw it')
  t.same(statusesAfter(reboot, [[0.5, server('running', { locked: true })], [1.5, server('running')]]), ['running', 'running'], 'an administrator\'s lock says nothing')
})

t.test('a provider that finishes before it answers leaves nothing to follow', async t => {
  t.match(afterAccepted(record('stop', { phase: 'sending', goal: defaultGoals.stop }), { done: true }, seconds(1)).operation, { status: 'succeeded', finished_at: '2026-11-21T10:00:01.000Z' })
  t.equal(afterAccepted(record('password', { phase: 'sending' }), {}, seconds(1)).operation.status, 'succeeded', 'no goal: done when accepted')
  t.equal(afterAccepted(record('password', { phase: 'sending' }), { jobs: [{ id: '1', name: 'x' }] }, seconds(1)).operation.status, 'running')
  t.match(afterAccepted(record('create', { phase: 'sending', goal: defaultGoals.create }), { upstream: { id: 'invoice-1', status: null }, note: 'billed' }, seconds(1)).operation,
    { upstream: { id: 'invoice-1' }, note: 'billed' })
})

t.test('an ambiguous operation is judged by what is seen, and is unknown if nothing can be seen', async t => {
  const reset = afterAmbiguous(record('stop', { phase: 'sending', goal: defaultGoals.stop, operation: { status: 'pending' } }), failure('unreachable', 'possible'), seconds(1))
  t.match(reset, { phase: 'ambiguous', settleMs: 30_000, operation: { status: 'running', note: /did not answer \(unreachable\)/ } })
  t.match(afterServer(reset, server('stopped'), seconds(2)).operation, { status: 'succeeded' })
  t.equal(afterAmbiguous(record('stop'), failure('timeout', 'possible'), seconds(1)).settleMs, 180_000)
  t.match(afterAmbiguous(record('stop'), failure('malformed', 'certain'), seconds(1)), { settleMs: null, operation: { note: /accepted the call, but its answer could not be read/ } })
  t.match(afterAmbiguous(record('stop'), new Error('x'), seconds(1)).operation, { note: /The gateway failed while it sent the call/ })
  const silent = afterAmbiguous(record('password', { phase: 'sending' }), failure('timeout', 'possible'), seconds(1))
  t.match(afterServer(silent, server('running'), seconds(2)).operation, { status: 'unknown', note: /did not answer/ })
  t.match(afterAccepted({ ...ended(reset, { status: 'failed', error: 'x' }, seconds(9)), notMade: true }, {}, seconds(10)),
    { notMade: false, phase: 'following', operation: { status: 'running', error: null, finished_at: null } }, 'an answer that comes after all wins')
})

t.test('jobs decide if there are any: all must succeed, one failure fails the operation', async t => {
  const two = record('stop', { jobs: [{ id: '7', name: 'host_stop' }, { id: '8', name: 'disk_resize' }] })
  const states = (...facts: Array<Partial<JobState>>): JobState[] =>
    facts.map((fact, index) => ({ ...two.jobs[index] ?? { id: '', name: '' }, status: 'running', vendorStatus: null, error: null, ...fact }))
  const after = (...facts: Array<Partial<JobState>>) => afterJobs(two, states(...facts), seconds(1)).operation
  t.match(after({ status: 'succeeded', vendorStatus: 'complete' }, { vendorStatus: 'queued' }), { status: 'running', upstream: { id: '8', status: 'queued' } })
  t.match(after({ status: 'succeeded' }), { status: 'running' }, 'a job that is not listed is not done')
  t.match(after({ status: 'succeeded' }, { status: 'succeeded' }), { status: 'succeeded', error: null })
  t.match(after({ status: 'succeeded' }, { status: 'failed', error: 'no space' }), { status: 'failed', error: 'no space', upstream: { id: '8' } })
  t.match(after({ status: 'failed' }, {}), { status: 'failed', error: /host_stop/ })
  t.equal(afterJobs(two, [], seconds(601)).operation.status, 'unknown')

  const next = { ...two, next: { name: 'confirm', input: {} } }
  t.match(afterJobs(next, states({ status: 'succeeded' }, { status: 'succeeded' }), seconds(1)), { jobs: [], next: { name: 'confirm' }, operation: { status: 'running' } }, 'there is more to send')
  t.match(afterJobs(next, states({ status: 'failed' }, {}), seconds(1)), { next: null, operation: { status: 'failed' } })
  const order = { ...two, search: { spec: { name: 'web', image: 'i' }, baseline: [] } }
  t.match(afterJobs({ ...order, operation: { ...order.operation, server_id: null } }, states({ status: 'succeeded' }, { status: 'succeeded' }), seconds(1)),
    { jobs: [], operation: { status: 'running' } }, 'a new server whose id is not known is still to be found')
  t.equal(afterJobs(order, states({ status: 'succeeded' }, { status: 'succeeded' }), seconds(1)).operation.status, 'succeeded')
})

t.test('a job that the provider no longer has is no failure: the server decides, if it can', async t => {
  const job = { id: '7', name: 'start_server' }
  const states: JobState[] = [{ ...job, status: 'unknown', vendorStatus: null, error: null }]
  const start = record('start', { jobs: [job], goal: defaultGoals.start })
  t.match(afterJobs(start, states, seconds(59)), { jobs: [job], operation: { status: 'running' } }, 'a new one may not be there yet')
  const lost = afterJobs(start, states, seconds(60))
  t.match(lost, { jobs: [], nextPollAt: seconds(60), operation: { status: 'running' } })
  t.same(statusesAfter(lost, [[61, server('stopped')], [62, server('running')]]), ['running', 'succeeded'])
  for (const goal of [null, { unprovable: true }]) {
    t.match(afterJobs(record('password', { jobs: [job], goal }), states, seconds(60)).operation, { status: 'unknown', note: /no longer has its record/ })
  }
  const next = { ...start, next: { name: 'x', input: {} } }
  t.match(afterJobs(next, states, seconds(60)), { jobs: [], next: { name: 'x' }, operation: { status: 'running' } }, 'a further step is due when the server is ready')
})

t.test('a resize has succeeded when its sizes show, whatever its jobs say', async t => {
  const job = { id: '7', name: 'host_change_params' }
  const states: JobState[] = [{ ...job, status: 'succeeded', vendorStatus: 'complete', error: null }]
  const resize = record('resize', { jobs: [job], goal: { statuses: ['running', 'stopped'], cpus: 2 } })
  const after = afterJobs(resize, states, seconds(1))
  t.match(after, { jobs: [], nextPollAt: seconds(1), operation: { status: 'running', upstream: { id: '7', status: 'complete' } } }, 'polled once more, at once')
  t.same(statusesAfter(after, [[1, server('running', { cpus: 1 })], [2, server('running', { cpus: 2 })]]), ['running', 'succeeded'])
  t.equal(statusesAfter(after, [[601, server('running', { cpus: 1 })]])[0], 'unknown')
  const planned = afterJobs({ ...resize, goal: { plan: 'p1', unprovable: true } }, states, seconds(1))
  t.same(statusesAfter(planned, [[2, server('running', { plan: { id: 'p1', name: null } })]]), ['succeeded'], 'the provider\'s job proves what the server record cannot')
})

t.test('where a record lags behind the jobs, an action has succeeded when its goal shows after them', async t => {
  const job = { id: '7', name: 'shutdown' }
  const states: JobState[] = [{ ...job, status: 'succeeded', vendorStatus: 'completed', error: null }]
  const stop = record('stop', { jobs: [job], goal: { ...defaultGoals.stop, shown: true } })
  const after = afterJobs(stop, states, seconds(1))
  t.match(after, { jobs: [], nextPollAt: seconds(1), operation: { status: 'running' } })
  t.same(statusesAfter(after, [[1, server('running')], [2, server('stopped')]]), ['running', 'succeeded'])
  t.same(statusesAfter(after, [[601, server('running')]]), ['unknown'], 'a job that ends without effect is no success')
  t.equal(afterJobs({ ...stop, goal: defaultGoals.stop }, states, seconds(1)).operation.status, 'succeeded', 'elsewhere the job decides')
})

t.test('after the deadline the verdict is unknown, with the reason', async t => {
  const stop = record('stop', { goal: defaultGoals.stop })
  t.match(afterServer(stop, server('running'), seconds(600)).operation, { status: 'unknown', note: /deadline passed/, finished_at: '2026-11-21T10:10:00.000Z' })
  t.equal(afterServer(stop, server('running'), seconds(599)).operation.status, 'running')
  t.equal(afterServer(stop, server('stopped'), seconds(601)).operation.status, 'succeeded', 'a success that is seen late is a success')
  t.match(afterFailedPoll(stop, 'timeout.', seconds(600)).operation, { status: 'unknown', note: /deadline.*timeout/ })
  t.match(afterFailedPoll(stop, 'timeout.', seconds(10)).operation, { status: 'running', note: /timeout/ })
  for (const [action, minutes] of [['create', 30], ['rebuild', 30], ['stop', 10], ['resize', 10]] as const) {
    const { deadlineAt } = newOperation({ account: 'a', provider: 'p', action, serverId: null, goal: null, search: null, phase: 'sending', sendingMs: 1 }, 'me', startedAt)
    t.equal(deadlineAt - startedAt, minutes * 60_000, action)
  }
})

t.test('a failed poll is noted until one succeeds, beside the earlier note', async t => {
  const noted = record('stop', { goal: defaultGoals.stop, operation: { note: 'Billed by invoice 7.' } })
  const twice = afterFailedPoll(afterFailedPoll(noted, 'timeout.', seconds(1)), 'unavailable.', seconds(2))
  t.equal(twice.operation.note, 'Billed by invoice 7. The last poll failed: unavailable.')
  t.equal(afterServer(twice, server('running'), seconds(3)).operation.note, 'Billed by invoice 7.')
  t.equal(afterFailedPoll(record('stop'), 'timeout.', seconds(1)).operation.note, 'The last poll failed: timeout.')
  const reboot = afterServer({ ...twice, goal: defaultGoals.reboot }, server('running'), seconds(16))
  t.match(reboot.operation, { status: 'succeeded', note: /^Billed by invoice 7\. The server is in the expected state/ })
})

t.test('polls come after half a second, one, two, three, and then every five', async t => {
  t.same([0, 1, 2, 3, 4, 100].map(delayAfter), [500, 1000, 2000, 3000, 5000, 5000])
  t.match(undecided(record('stop'), seconds(1)), { polls: 1, nextPollAt: seconds(2) })
})

t.test('times change only when something visible changes', async t => {
  const store = createMemoryStores(timeBy(() => startedAt)).operations
  const operationEvents = createOperationEvents(store, systemClock)
  const stop = record('stop', { goal: defaultGoals.stop })
  await store.put(stop)
  const same = await operationEvents.update(stop, current => afterServer(current, server('running'), seconds(5)))
  t.match(same, { polls: 1, version: 2, operation: { updated_at: '2026-11-21T10:00:00.000Z' } })
  const noted = await operationEvents.update(same, current => afterFailedPoll(current, 'timeout.', seconds(6)))
  t.equal(noted.operation.updated_at, '2026-11-21T10:00:06.000Z')
  t.equal(await operationEvents.update(noted, () => null).then(({ version }) => version), 3, 'nothing to change is no change')
})

t.test('a waiter learns of a change, of its own timeout, and of the end', async t => {
  const clock = createManualClock(startedAt)
  const operationEvents = createOperationEvents(createMemoryStores(clock).operations, clock)
  const stop = record('stop')
  await operationEvents.store.put(stop)
  const heard = operationEvents.nextChange('op_1', 60_000, new AbortController().signal)
  await operationEvents.update(stop, current => undecided(current, seconds(1)))
  t.equal(await heard.then(() => 'heard'), 'heard')
  const patient = operationEvents.nextChange('op_1', 1000, new AbortController().signal)
  await clock.run(1000)
  await patient
  const caller = new AbortController()
  const left = operationEvents.nextChange('op_1', 60_000, caller.signal)
  caller.abort()
  await left
  await operationEvents.nextChange('op_1', 60_000, caller.signal)
})
