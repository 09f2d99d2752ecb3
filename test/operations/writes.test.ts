import { createInFlight } from '../../src/domain/in-flight.ts'
import { silentTrace } from '../../src/telemetry/observer.ts'
import t from 'tap'
import { z } from 'zod'
import type { Accepted, Create, AdapterVerbs } from '../../src/adapters/verbs.ts'
import { badMember, UpstreamError } from '../../src/domain/failure.ts'
import { createCounters, type Call } from '../../src/transport/call.ts'
import { commandOf, createCommand } from '../helpers/commands.ts'
import type { Command } from '../../src/verbs/call.ts'
import { createExecutor } from '../../src/execution/executor.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { createEngine } from '../../src/operations/engine.ts'
import type { IdempotencyLease } from '../../src/operations/idempotency.ts'
import type { OperationStore, StoredOperation } from '../../src/state/operation-store.ts'
import { serverFacts } from '../helpers/facts.ts'
import { accountOf } from './model-world.ts'
import { createProvider, failure } from './provider.ts'
import { createLocalGenerations } from '../../src/state/generation.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

const spec = { name: 'web', image: 'i', plan: 'p', password: 'hunter2', user_data: 'secret script' }
const noKey = null

interface Outcome {
  readonly error: unknown
  readonly kept: readonly StoredOperation[]
}

/** A create whose verb does this; with what is kept of it. */
async function create (run: (call: Call, store: OperationStore) => ReturnType<Create['run']>, { idempotencyLease = noKey, evidence = 'documented' as const, store = createMemoryStores().operations }: { idempotencyLease?: IdempotencyLease | null, evidence?: 'documented' | 'inferred', store?: OperationStore } = {}): Promise<Outcome> {
  const engine = createEngine({ store, clock: systemClock, onFault: () => {} })
  const connect = (call: Call): AdapterVerbs => ({
    ...createProvider().connect(),
    create: { evidence, accepts: ['plan', 'password', 'user_data'], requires: [], options: z.strictObject({}), example: spec, run: async () => await run(call, store) }
  })
  const context = { requestId: 'r', signal: new AbortController().signal, counters: createCounters(), idempotencyLease, trace: silentTrace }
  const error = await createExecutor({ engine, pending: store.pending, deletes: createMemoryStores().deletes, creates: createMemoryStores().creates, inFlight: createInFlight(), generations: createLocalGenerations() }).start(accountOf(connect), createCommand(spec), context).then(() => null, (fault: unknown) => fault)
  return { error, kept: await store.list('a', null, 10) }
}

t.test('the intent is stored without secrets before the provider is called, and completed after its answer', async t => {
  let baseline: readonly StoredOperation[] = []
  const { kept } = await create(async (_call, store) => { baseline = await store.list('a', null, 10); return { serverId: '7' } })
  t.match(baseline, [{ phase: 'sending', operation: { status: 'pending', server_id: null } }])
  t.match(kept, [{ phase: 'following', operation: { status: 'running', server_id: '7' } }])
  t.notMatch(JSON.stringify(baseline), /hunter2|secret script/)
})

t.test('a refused write leaves no operation; a possibly executed one does', async t => {
  for (const error of [failure('rejected'), badMember('body.name', 'is odd')]) t.same((await create(async () => { throw error })).kept, [])
  const reset = await create(async () => { throw failure('unreachable', 'possible') })
  t.match(reset.kept, [{ phase: 'ambiguous', operation: { id: reset.error instanceof UpstreamError ? reset.error.operationId ?? '' : '' } }])
  t.match((await create(async () => { throw new TypeError('x') })).kept, [{ phase: 'ambiguous' }], 'an internal error says nothing about the provider')
})

t.test('a refusal for lack of room names the plan that was asked for, beside what the provider says', async t => {
  const full = new UpstreamError('capacity', 'no host fits', { status: 400, details: { alternatives: ['s2'] } })
  const { error, kept } = await create(async () => { throw full })
  t.match(error, { failure: 'capacity', message: 'no host fits', options: { status: 400, details: { plan: spec.plan, alternatives: ['s2'] } } })
  t.same(kept, [])
})

t.test('an error after an accepted write does not count as a refusal', async t => {
  for (const error of [failure('not-found'), badMember('body.name', 'is odd')]) {
    const { kept } = await create(async call => { call.counters.writes = 'certain'; throw error })
    t.match(kept, [{ phase: 'ambiguous' }])
  }
  const half = new UpstreamError('not-found', 'no such function', { status: 404 }, { sideEffect: 'certain' })
  const { error, kept } = await create(async () => { throw half }, { evidence: 'inferred' })
  t.match(error, { failure: 'not-found', message: 'no such function', sideEffect: 'certain' }, 'a verb that has bought something exists')
  t.match(kept, [{ phase: 'ambiguous', operation: { id: error instanceof UpstreamError ? error.operationId ?? '' : '' } }])
})

t.test('with a key nothing is sent before the key is bound and the intent is stored for all replicas', async t => {
  const steps: string[] = []
  const memory = createMemoryStores().operations
  const store: OperationStore = {
    ...memory,
    put: async stored => { steps.push(`open ${stored.phase}`); return await memory.put(stored) },
    updateForCertain: async (known, change) => { steps.push('ask'); return await memory.updateForCertain(known, change) }
  }
  const idempotencyLease: IdempotencyLease = { begin: async () => { steps.push('begin') }, keep: async () => {}, release: async () => {} }
  const sent = async () => { steps.push('send'); return {} }
  await create(sent, { idempotencyLease, store })
  t.same(steps, ['open intended', 'begin', 'ask', 'send'])

  const broken: ReadonlyArray<{ idempotencyLease?: IdempotencyLease, store?: OperationStore }> = [
    { idempotencyLease: { ...idempotencyLease, begin: async () => { throw new Error('the key is another\'s') } } },
    { store: { ...store, put: async stored => { await memory.put(stored); return false } } },
    { store: { ...store, updateForCertain: async () => { throw new Error('Redis is lost') } } },
    { store: { ...store, updateForCertain: async known => ({ ...known, notMade: true, operation: { ...known.operation, status: 'failed' } }) } }
  ]
  for (const [index, parts] of broken.entries()) {
    const baseline = (await memory.list('a', null, 10)).length
    steps.length = 0
    const { error, kept } = await create(sent, { idempotencyLease, store, ...parts })
    t.ok(error instanceof Error)
    t.notOk(steps.includes('send'), `case ${index}`)
    t.equal(kept.length, baseline, 'and no operation is left')
  }
})

const resizeTo = (plan: string): Command => commandOf('resizeServer', { id: '7' }, { plan })

/** What is kept of a write to a server whose plan is p1, where the provider has these verbs too. */
async function perform (request: Command, verbs: Partial<AdapterVerbs>): Promise<readonly StoredOperation[]> {
  const provider = createProvider()
  provider.rows.set('7', serverFacts('7', 'running', { plan: { id: 'p1', name: null } }))
  return await performOn({ ...provider.connect(), ...verbs }, request)
}

async function performOn (operations: AdapterVerbs, request: Command): Promise<readonly StoredOperation[]> {
  const store = createMemoryStores().operations
  const engine = createEngine({ store, clock: systemClock, onFault: () => {} })
  const context = { requestId: 'r', signal: new AbortController().signal, counters: createCounters(), idempotencyLease: noKey, trace: silentTrace }
  const executor = createExecutor({ engine, pending: store.pending, deletes: createMemoryStores().deletes, creates: createMemoryStores().creates, inFlight: createInFlight(), generations: createLocalGenerations() })
  await executor.start(accountOf(() => operations), request, context)
  return await store.list('a', null, 10)
}

t.test('a plan that the record has before the resize is not proof of it', async t => {
  const resize = (accepted: Accepted): Partial<AdapterVerbs> => ({ resize: { evidence: 'documented', accepts: ['plan'], run: async () => accepted } })
  t.match(await perform(resizeTo('p1'), resize({})), [{ goal: { plan: 'p1', unprovable: true }, operation: { status: 'running', note: /does not prove a change/ } }])
  const [other] = await perform(resizeTo('p2'), resize({}))
  t.same([other?.goal?.plan, other?.goal?.unprovable, other?.operation.note], ['p2', undefined, null], 'another plan is')
  const sizes = { statuses: ['running'], cpus: 4, memory_mib: 8192 } as const
  t.match(await perform(resizeTo('p1'), resize({ goal: sizes })), [{ goal: sizes, operation: { note: null } }], 'an adapter that knows the plan\'s sizes says them')
})

t.test('a verb may have a longer deadline than its action', async t => {
  const deadlineOf = async (more: { readonly deadlineMs?: number }): Promise<number | undefined> => {
    const [stored] = await perform(resizeTo('p2'), { resize: { evidence: 'documented', accepts: ['plan'], run: async () => ({}), ...more } })
    return stored === undefined ? undefined : stored.deadlineAt - stored.startedAt
  }
  t.equal(await deadlineOf({}), 600_000)
  t.equal(await deadlineOf({ deadlineMs: 7_200_000 }), 7_200_000)
})

t.test('a snapshot deletion is followed where the provider lists snapshots', async t => {
  const order = commandOf('deleteSnapshot', { id: '7', snapshot: 's1' })
  const verb = { evidence: 'documented', run: async () => ({}) } as const
  t.match(await perform(order, { 'snapshots.delete': verb }), [{ goal: { missingSnapshot: 's1' }, operation: { status: 'running' } }])
  const { 'snapshots.list': _list, ...rest } = createProvider().connect()
  t.match(await performOn({ ...rest, 'snapshots.delete': verb }, order), [{ goal: null, operation: { status: 'succeeded' } }], 'elsewhere it is done when it is accepted')
})
