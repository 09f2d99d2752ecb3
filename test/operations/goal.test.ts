import t from 'tap'
import type { Address, ServerFacts, ServerStatus } from '../../src/domain/server.ts'
import type { Goal } from '../../src/domain/operation.ts'
import { isInTransition, evaluateGoal, type ActionFacts } from '../../src/operations/goal.ts'
import { defaultGoals } from '../helpers/commands.ts'
import { afterServer } from '../../src/operations/poll-results.ts'
import { serverFacts, snapshotFacts } from '../helpers/facts.ts'
import { record } from './records.ts'

const server = (status: ServerStatus, facts: Partial<ServerFacts> = {}): ServerFacts => serverFacts('42', status, facts)
const verdict = (goal: Goal, seen: ServerFacts | null, facts: Partial<ActionFacts> = {}): string =>
  evaluateGoal(goal, seen, { sinceSentMs: 1000, transitionSeen: false, isNew: false, isAmbiguous: false, ...facts }).verdict
const address = (text: string): Address => ({ address: text, family: 4, scope: 'public', prefix_length: null, gateway: null, primary: true })

t.test('every member of a goal must hold, and all of them at once', async t => {
  const shown = server('running', {
    name: 'web', protected: true, plan: { id: 'p1', name: null }, cpus: 2, memory_mib: 1024, disk_gib: 10.5, addresses: [address('192.0.2.1')]
  })
  const members: ReadonlyArray<readonly [Goal, Goal]> = [
    [{ statuses: ['running', 'rescue'] }, { statuses: ['stopped'] }],
    [{ name: 'web' }, { name: 'db' }],
    [{ protected: true }, { protected: false }],
    [{ plan: 'p1' }, { plan: 'p2' }],
    [{ cpus: 2 }, { cpus: 4 }],
    [{ memory_mib: 1024 }, { memory_mib: 2048 }],
    [{ disk_gib: 10.5 }, { disk_gib: 10 }],
    [{ has: ['192.0.2.1'] }, { has: ['192.0.2.1', '192.0.2.2'] }],
    [{ missing: ['192.0.2.2'] }, { missing: ['192.0.2.1'] }]
  ]
  for (const [reached, missed] of members) {
    t.equal(verdict(reached, shown), 'done', JSON.stringify(reached))
    t.equal(verdict(missed, shown), 'going', JSON.stringify(missed))
    for (const [other] of members) t.equal(verdict({ ...other, ...missed }, shown), 'going', `${JSON.stringify(missed)} beside ${JSON.stringify(other)}`)
  }
  t.equal(verdict(Object.assign({}, ...members.map(([reached]) => reached)), shown), 'done', 'all of them')
  t.equal(verdict({ cpus: 2 }, server('running', { cpus: null })), 'going', 'what is not shown is no success')
  t.equal(verdict({ plan: 'p1' }, server('running')), 'going')
})

t.test('an address is equal in each of its spellings', async t => {
  const shown = server('running', { addresses: [{ ...address('2001:db8:a::1'), family: 6 }] })
  t.equal(verdict({ has: ['2001:DB8:A:0::1'] }, shown), 'done')
  t.equal(verdict({ missing: ['2001:0db8:000a::1'] }, shown), 'going')
})

t.test('an ambiguous rebuild is proved only by the state in between, not by a stop before it', async t => {
  const ambiguous = record('rebuild', { phase: 'ambiguous', goal: defaultGoals.rebuild, settleMs: null })
  const at = ambiguous.actedAt + 1000
  const stopped = afterServer(afterServer(ambiguous, server('stopping'), at), server('stopped'), at + 1000)
  t.equal(stopped.operation.status, 'running')
  t.equal(afterServer(afterServer(stopped, server('rebuilding'), at + 2000), server('running'), at + 3000).operation.status, 'succeeded')
})

t.test('a server with a task has not arrived; an administrator\'s lock is not a task', async t => {
  t.equal(verdict(defaultGoals.stop, server('stopped', { locked: true, task: 'locked' })), 'going')
  t.equal(verdict(defaultGoals.stop, server('stopped', { locked: true })), 'done')
  t.equal(verdict(defaultGoals.start, server('unknown')), 'going', 'what is not known is no success')
})

t.test('a reboot needs a transition or time, and then notes that none was observed', async t => {
  const running = server('running')
  t.equal(verdict(defaultGoals.reboot, running), 'going')
  t.equal(verdict(defaultGoals.reboot, running, { transitionSeen: true }), 'done')
  t.equal(verdict(defaultGoals.reboot, running, { sinceSentMs: 14_999 }), 'going')
  t.match(evaluateGoal(defaultGoals.reboot, running, { sinceSentMs: 15_000, transitionSeen: false, isNew: false, isAmbiguous: false }), { verdict: 'done', note: /not observed/ })
  t.equal(verdict(defaultGoals.reboot, running, { sinceSentMs: 60_000, isAmbiguous: true }), 'going', 'the call may not have arrived: only a transition proves the reboot')
  t.equal(verdict(defaultGoals.reboot, running, { isAmbiguous: true, transitionSeen: true }), 'done')
})

t.test('some states count as a transition, and so does a task', async t => {
  for (const status of ['rebooting', 'stopping', 'starting', 'stopped'] as const) t.equal(isInTransition(defaultGoals.reboot, server(status)), true, status)
  for (const status of ['running', 'rescue', 'error', 'unknown'] as const) t.equal(isInTransition(defaultGoals.reboot, server(status)), false, status)
  t.equal(isInTransition(defaultGoals.reboot, server('running', { locked: true, task: 'rebooting' })), true)
  t.equal(isInTransition(null, server('stopped')), false)
  t.equal(isInTransition({ cpus: 2 }, server('resizing')), true)
})

t.test('an error state fails goals about states, but not an old one right after the action', async t => {
  const broken = server('error', { provider_status: 'start_fail' })
  t.equal(verdict(defaultGoals.start, broken), 'going', 'vendors show the state before for a while')
  t.equal(verdict(defaultGoals.start, broken, { transitionSeen: true }), 'failed')
  t.equal(verdict(defaultGoals.start, broken, { sinceSentMs: 3001 }), 'failed')
  t.match(evaluateGoal(defaultGoals.start, broken, { sinceSentMs: 5000, transitionSeen: false, isNew: false, isAmbiguous: false }).error, /start_fail/)
  t.equal(verdict({ name: 'web' }, server('error', { name: 'web' }), { sinceSentMs: 5000 }), 'done', 'a broken server can be renamed')
  t.equal(verdict(defaultGoals.delete, broken, { sinceSentMs: 5000 }), 'going', 'a broken server can be deleted')
  t.equal(verdict(defaultGoals.delete, broken, { sinceSentMs: 5000, transitionSeen: true }), 'failed', 'it broke while it was deleted')
})

t.test('where a goal lists its failure statuses, only they fail it', async t => {
  const goal = { statuses: ['running'], failed: ['change_flavor_fail'] } as const
  const fresh = { sinceSentMs: 5000 }
  t.equal(verdict(goal, server('error', { provider_status: 'change_flavor_fail' }), fresh), 'failed')
  t.equal(verdict(goal, server('running', { provider_status: 'change_flavor_fail' }), fresh), 'failed', 'although the server itself works')
  t.equal(verdict(goal, server('running', { provider_status: 'change_flavor_fail' })), 'going', 'a status from before, right after the action')
  t.equal(verdict(goal, server('error', { provider_status: 'snapshot_failed' }), fresh), 'going', 'another action has failed')
  t.equal(verdict(goal, server('running', { provider_status: 'snapshot_failed' }), fresh), 'done')
  t.equal(verdict({ name: 'web', failed: ['x_failed'] }, server('running', { name: 'web', provider_status: 'x_failed' }), fresh), 'failed')
  const gone = { absent: true, failed: ['delete_fail'] }
  t.equal(verdict(gone, server('error', { provider_status: 'start_fail' }), { ...fresh, transitionSeen: true }), 'going')
  t.equal(verdict(gone, server('error', { provider_status: 'delete_fail' }), { ...fresh, transitionSeen: true }), 'failed')
  t.equal(verdict(gone, server('error', { provider_status: 'delete_fail' }), fresh), 'going', 'a deletion may be tried again')
})

t.test('a snapshot is deleted when the list lacks it; its deletion has failed when the list says so', async t => {
  const goal = { missingSnapshot: 's1' }
  const seen = server('running')
  t.equal(verdict(goal, seen, { snapshots: [snapshotFacts('s1', 'deleting'), snapshotFacts('s2')] }), 'going')
  t.equal(verdict(goal, seen, { snapshots: [snapshotFacts('s2', 'error')] }), 'done', 'those of others say nothing')
  t.equal(verdict(goal, server('running', { locked: true, task: 'snapshot_delete' }), { snapshots: [] }), 'going', 'the server is still at work')
  t.equal(verdict(goal, seen, { snapshots: [snapshotFacts('s1', 'error')] }), 'going', 'a status from before, right after the action')
  t.equal(verdict(goal, seen, { snapshots: [snapshotFacts('s1', 'error')], sinceSentMs: 5000 }), 'failed')
  t.equal(verdict(goal, seen), 'going', 'a list that was not read proves nothing')
  t.equal(verdict(goal, null), 'going', 'nor does a server that is gone')
})

t.test('the state shown before an action proves nothing', async t => {
  const shown = server('running', { plan: { id: 'p1', name: null } })
  t.equal(verdict({ plan: 'p1', unprovable: true }, shown, { sinceSentMs: 60_000, transitionSeen: true }), 'going')
  t.equal(verdict({ statuses: ['running'], unprovable: true }, server('error'), { sinceSentMs: 60_000 }), 'failed')
})

t.test('a server that is gone fails its goal; a new one may appear late', async t => {
  t.equal(verdict(defaultGoals.delete, null), 'done')
  t.equal(verdict(defaultGoals.delete, server('running')), 'going')
  t.equal(verdict(defaultGoals.stop, null), 'failed')
  t.equal(verdict(defaultGoals.create, null, { isNew: true }), 'going')
  t.equal(verdict(defaultGoals.create, null, { isNew: true, sinceSentMs: 60_000 }), 'failed')
})
