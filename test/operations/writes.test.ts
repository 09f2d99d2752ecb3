import { createInFlight } from '../../src/execution/in-flight.ts'
import { silentTrace } from '../../src/telemetry/observer.ts'
import { createMemoryQuota } from '../../src/state/quota.ts'
import t from 'tap'
import { z } from 'zod'
import { everybody } from '../../src/access/principal.ts'
import type { Create, ServerOperations } from '../../src/adapters/verbs.ts'
import { badMember, UpstreamError } from '../../src/domain/failure.ts'
import { createTally, type Call } from '../../src/transport/call.ts'
import { createCommand } from '../../src/verbs/lifecycle.ts'
import { createExecutor } from '../../src/execution/executor.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { createEngine } from '../../src/operations/engine.ts'
import type { Held } from '../../src/operations/idempotency.ts'
import { createMemoryOperationStore } from '../../src/state/memory/operation-store.ts'
import type { OperationStore, StoredOperation } from '../../src/state/operation-store.ts'
import { accountOf } from './model-world.ts'
import { createProvider, failure } from './provider.ts'
import { createMemoryTurns } from '../../src/state/generation.ts'

const spec = { name: 'web', image: 'i', plan: 'p', password: 'hunter2', user_data: 'secret script' }
const noKey = null

interface Outcome {
  readonly error: unknown
  readonly kept: readonly StoredOperation[]
}

/** A create whose verb does this; with what is kept of it. */
async function create (run: (call: Call, store: OperationStore) => ReturnType<Create['run']>, { held = noKey, evidence = 'documented' as const, store = createMemoryOperationStore() }: { held?: Held | null, evidence?: 'documented' | 'inferred', store?: OperationStore } = {}): Promise<Outcome> {
  const engine = createEngine({ store, clock: systemClock, onFault: () => {} })
  const connect = (call: Call): ServerOperations => ({
    ...createProvider().connect(),
    create: { evidence, accepts: ['plan', 'password', 'user_data'], requires: [], options: z.strictObject({}), example: spec, run: async () => await run(call, store) }
  })
  const context = { requestId: 'r', signal: new AbortController().signal, tally: createTally(), principal: everybody, held, trace: silentTrace }
  const error = await createExecutor({ engine, deletes: createMemoryQuota(), inFlight: createInFlight(), turns: createMemoryTurns() }).start(accountOf(connect), createCommand(spec), context).then(() => null, (fault: unknown) => fault)
  return { error, kept: await store.list('a', null, 10) }
}

t.test('the intent stands, without secrets, before the provider is asked, and is closed when it has answered', async t => {
  let before: readonly StoredOperation[] = []
  const { kept } = await create(async (_call, store) => { before = await store.list('a', null, 10); return { serverId: '7' } })
  t.match(before, [{ phase: 'asking', operation: { status: 'pending', server_id: null } }])
  t.match(kept, [{ phase: 'following', operation: { status: 'running', server_id: '7' } }])
  t.notMatch(JSON.stringify(before), /hunter2|secret script/)
})

t.test('what was refused leaves no operation; what may have been done does', async t => {
  for (const error of [failure('rejected'), badMember('body.name', 'is odd')]) t.same((await create(async () => { throw error })).kept, [])
  const reset = await create(async () => { throw failure('unreachable', 'possible') })
  t.match(reset.kept, [{ phase: 'doubtful', operation: { id: reset.error instanceof UpstreamError ? reset.error.operationId ?? '' : '' } }])
  t.match((await create(async () => { throw new TypeError('x') })).kept, [{ phase: 'doubtful' }], 'a fault of ours tells nothing of the provider')
})

t.test('a refusal after something was written is no refusal', async t => {
  for (const error of [failure('not-found'), badMember('body.name', 'is odd')]) {
    const { kept } = await create(async call => { call.tally.writes = 'certain'; throw error })
    t.match(kept, [{ phase: 'doubtful' }])
  }
  const half = new UpstreamError('not-found', 'no such function', { status: 404 })
  half.sideEffect = 'certain'
  t.match(await create(async () => { throw half }, { evidence: 'inferred' }), { error: half, kept: [{ phase: 'doubtful' }] }, 'a verb that has bought something exists')
})

t.test('with a key nothing is sent before the key is bound and the intent is kept for all replicas', async t => {
  const steps: string[] = []
  const memory = createMemoryOperationStore()
  const store: OperationStore = {
    ...memory,
    open: async stored => { steps.push(`open ${stored.phase}`); return await memory.open(stored) },
    updateForCertain: async (known, change) => { steps.push('ask'); return await memory.updateForCertain(known, change) }
  }
  const held: Held = { begin: async () => { steps.push('begin') }, keep: async () => {}, release: async () => {} }
  const sent = async () => { steps.push('send'); return {} }
  await create(sent, { held, store })
  t.same(steps, ['open intended', 'begin', 'ask', 'send'])

  const broken: ReadonlyArray<{ held?: Held, store?: OperationStore }> = [
    { held: { ...held, begin: async () => { throw new Error('the key is another\'s') } } },
    { store: { ...store, open: async stored => { await memory.open(stored); return false } } },
    { store: { ...store, updateForCertain: async () => { throw new Error('Redis is lost') } } },
    { store: { ...store, updateForCertain: async known => ({ ...known, notMade: true, operation: { ...known.operation, status: 'failed' } }) } }
  ]
  for (const [index, parts] of broken.entries()) {
    const before = (await memory.list('a', null, 10)).length
    steps.length = 0
    const { error, kept } = await create(sent, { held, store, ...parts })
    t.ok(error instanceof Error)
    t.notOk(steps.includes('send'), `case ${index}`)
    t.equal(kept.length, before, 'and no operation is left')
  }
})
