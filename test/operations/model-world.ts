import { noGuards } from '../../src/access/guards.ts'
import { createInFlight } from '../../src/domain/in-flight.ts'
import { silentTrace } from '../../src/telemetry/observer.ts'
import type { AdapterVerbs } from '../../src/adapters/verbs.ts'
import { compareText } from '../../src/domain/compare.ts'
import { GatewayError, UpstreamError } from '../../src/domain/failure.ts'
import { z } from 'zod'
import type { Account } from '../../src/transport/account.ts'
import { createCounters, type Call } from '../../src/transport/call.ts'
import { createCommand } from '../helpers/commands.ts'
import { createExecutor, type Executor, type WriteContext } from '../../src/execution/executor.ts'
import { systemClock, type Clock } from '../../src/domain/clock.ts'
import { createEngine, type Engine } from '../../src/operations/engine.ts'
import type { IdempotencyStore } from '../../src/state/idempotency-store.ts'
import { createIdempotencyKeys, type IdempotencyLease, type IdempotencyKeys } from '../../src/operations/idempotency.ts'
import type { OperationStore } from '../../src/state/operation-store.ts'
import { serverFacts } from '../helpers/facts.ts'
import { createManualClock, type ManualClock } from '../helpers/clock.ts'
import { failure } from './provider.ts'
import { createLocalGenerations } from '../../src/state/generation.ts'
import { createMemoryStores, type Stores } from '../../src/state/stores.ts'

/** How the provider takes a create. `late`: it does its work only after we have given up waiting. */
export const outcomes = ['ok', 'ok without id', 'refused', 'reset before', 'reset after', 'timeout before', 'timeout after', 'timeout late', 'unreadable'] as const
export type Outcome = typeof outcomes[number]

/** What is decided by chance for one create. */
export interface Luck {
  readonly outcome: Outcome
  readonly answersAfterMs: number
  /** The list shows a new server only then. */
  readonly shownAfterMs: number
}

interface Bought {
  readonly id: string
  readonly name: string
  readonly at: number
  readonly shownAt: number
}

export interface Reply {
  readonly status: number
  /** Of the operation that the answer names. */
  readonly operationId: string | null
}

/** One replica: it answers until it has crashed, and then nothing of it goes on. */
export interface Replica {
  isAlive: boolean
  /** It crashes after this many more steps. */
  crashIn: number
  /** Until then it works, but the others take it for dead. */
  silentUntil: number
  readonly engine: Engine
  request (key: string, name: string, luck: Luck): Promise<Reply>
}

export interface World {
  readonly clock: ManualClock
  readonly bought: Bought[]
  readonly keysUsed: Set<string>
  readonly operations: OperationStore
  /** The calls before which the provider's list fails. */
  listFailures: number
  readonly faults: unknown[]
  start (): Replica
}

const noLuck: Luck = { outcome: 'ok', answersAfterMs: 0, shownAfterMs: 0 }
const answerMs = 30_000
const never = async (): Promise<never> => await new Promise<never>(() => {})
const account = 'a'

type Kept = Pick<Stores, 'operations' | 'idempotency'>

/** Opens the stores for a replica that starts, with what was stored so far. */
export type OpenKept = (clock: ManualClock) => Kept

export function createWorld (open: OpenKept = sharedInMemory()): World {
  const clock = createManualClock()
  const living: Living = new Map()
  let latest = open(clock)
  let isUsed = false
  const world: World = {
    clock,
    bought: [],
    keysUsed: new Set(),
    get operations () { return latest.operations },
    listFailures: 0,
    faults: [],
    start: () => {
      if (isUsed) latest = open(clock)
      isUsed = true
      return startReplica(world, latest, living)
    }
  }
  return world
}

/** By the name of an engine: whether the others take it for alive. */
type Living = Map<string, () => boolean>

/** One store for several replicas, which know of each other by the beats of the world. */
function sharedInMemory (): OpenKept {
  let kept: Kept | null = null
  return clock => (kept ??= createMemoryStores(clock))
}

function startReplica (world: World, kept: Kept, living: Living): Replica {
  const { clock } = world
  const life = { isAlive: true, crashIn: Infinity, silentUntil: 0 }
  /** Each asynchronous step runs through here; the replica may crash before it, or after it and before its result is used. */
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (hasCrashed(life)) return await never()
    const result = await work().then(value => ({ value }), (error: unknown) => ({ error }))
    if (hasCrashed(life)) return await never()
    if ('error' in result) throw result.error
    return result.value
  }
  // A store in memory cannot know of crashes: its process lives on.
  const isAlive = kept.operations.isShared ? kept.operations.isAlive : async (replica: string) => living.get(replica)?.() === true
  const store = stepping({ ...kept.operations, isShared: true, isAlive }, step)
  const own: Clock = { ...clock, timer: (work, ms) => clock.timer(() => { if (life.isAlive) work() }, ms) }
  const engine = createEngine({ store, clock: own, onFault: error => { world.faults.push(error) } })
  living.set(engine.me, () => life.isAlive && clock.now() >= life.silentUntil)
  engine.follow([{
    id: account,
    connect: () => providerOf(world, { step, luck: noLuck, call: null }),
    rows: async function * ({ list }) {
      yield (await list.run({ filters: {}, offset: 0, after: null, limit: 100 })).rows
    },
    safeText: text => text
  }])
  const keys = createIdempotencyKeys({
    store: stepping(kept.idempotency, step),
    engine,
    isAlive: store.isAlive,
    secrets: [Buffer.from('secret')],
    clock: own
  })
  const quota = { take: async () => 0 }
  const executor = createExecutor({ engine, pending: store.pending, deletes: quota, creates: quota, inFlight: createInFlight(), generations: createLocalGenerations() })
  return Object.assign(life, {
    engine,
    request: async (key: string, name: string, luck: Luck) => {
      world.keysUsed.add(key)
      return await requestAs({ keys, executor, connect: call => providerOf(world, { step, luck, call }) }, key, name)
    }
  })
}

function hasCrashed (life: { isAlive: boolean, crashIn: number }): boolean {
  life.crashIn -= 1
  if (life.crashIn <= 0) life.isAlive = false
  return !life.isAlive
}

type Step = <T>(work: () => Promise<T>) => Promise<T>

/** The same value, each of its asynchronous functions a step. */
function stepping<T extends OperationStore | IdempotencyStore> (target: T, step: Step): T {
  return new Proxy(target, {
    get: (from, name, receiver) => {
      const member: unknown = Reflect.get(from, name, receiver)
      if (typeof member !== 'function') return member
      return async (...latest: unknown[]) => await step(async () => await Promise.resolve(Reflect.apply(member, from, latest)))
    }
  })
}

interface Providing {
  readonly step: Step
  readonly luck: Luck
  readonly call: Call | null
}

function providerOf (world: World, { step, luck, call }: Providing): AdapterVerbs {
  const { clock, bought } = world
  const seenOf = ({ id, name, at }: Bought) => ({ server: serverFacts(id, clock.now() < at + 5000 ? 'provisioning' : 'running', { name }), raw: {} })
  const commit = (name: string): string => {
    const id = `s${bought.length + 1}`
    bought.push({ id, name, at: clock.now(), shownAt: clock.now() + luck.shownAfterMs })
    return id
  }
  const failed = (error: UpstreamError): UpstreamError => {
    if (call !== null) call.counters.writes = error.sideEffect
    return error
  }
  return {
    list: {
      evidence: 'documented',
      paging: 'whole',
      pageSize: 100,
      ordered: true,
      compareIds: compareText,
      run: async () => await step(async () => {
        if (world.listFailures > 0) {
          world.listFailures -= 1
          throw failure('unavailable')
        }
        const rows = bought.filter(({ shownAt }) => shownAt <= clock.now()).map(seenOf)
        await clock.sleep(50)
        return { rows, start: 0, last: true, total: null }
      })
    },
    get: {
      evidence: 'documented',
      run: async id => await step(async () => {
        const one = bought.find(server => server.id === id && server.shownAt <= clock.now())
        if (one === undefined) throw failure('not-found')
        return seenOf(one)
      })
    },
    create: {
      evidence: 'documented',
      accepts: ['plan'],
      requires: [],
      options: z.strictObject({}),
      example: { name: 'x', image: 'i', plan: 'p' },
      run: async ({ name }) => await step(async () => {
        const { outcome } = luck
        if (outcome === 'refused') throw failed(failure('rejected'))
        await clock.sleep(luck.answersAfterMs / 2)
        if (outcome === 'timeout late') clock.timer(() => { commit(name) }, answerMs + 10_000)
        const id = outcome.endsWith('before') || outcome === 'timeout late' ? null : commit(name)
        await clock.sleep(luck.answersAfterMs / 2)
        if (outcome.startsWith('reset')) throw failed(failure('unreachable', 'possible'))
        if (outcome === 'unreadable') throw failed(failure('malformed', 'certain'))
        if (!outcome.startsWith('timeout')) return outcome === 'ok' && id !== null ? { serverId: id } : {}
        await clock.sleep(answerMs - luck.answersAfterMs)
        throw failed(failure('timeout', 'possible'))
      })
    }
  }
}

interface Rooms {
  readonly keys: IdempotencyKeys
  readonly executor: Executor
  connect (call: Call): AdapterVerbs
}

const deadlineMs = 60_000

/** A keyed create, as the plugin and the route do it. */
async function requestAs ({ keys, executor, connect }: Rooms, key: string, name: string): Promise<Reply> {
  const signal = new AbortController().signal
  const spec = { name, image: 'i', plan: 'p' }
  try {
    const verdict = await keys.take({ principal: 'caller', account, key, request: spec, isCreate: true, deadlineMs }, signal)
    if (verdict.kind === 'operation') return { status: 202, operationId: verdict.stored.operation.id }
    if (verdict.kind === 'answer') return { status: verdict.answer.status, operationId: verdict.answer.body }
    const { idempotencyLease } = verdict
    const context: WriteContext = { requestId: 'r', signal, counters: createCounters(), idempotencyLease, trace: silentTrace }
    return await answered(idempotencyLease, async () => (await executor.start(accountOf(connect), createCommand(spec), context)).operation.id)
  } catch (error) {
    if (error instanceof GatewayError || error instanceof UpstreamError) return { status: 409, operationId: null }
    throw error
  }
}

async function answered (idempotencyLease: IdempotencyLease, work: () => Promise<string>): Promise<Reply> {
  try {
    const operationId = await work()
    await idempotencyLease.keep({ status: 202, headers: {}, body: operationId })
    return { status: 202, operationId }
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.sideEffect === 'none') await idempotencyLease.release()
    else await idempotencyLease.keep({ status: 504, headers: {}, body: error.operationId ?? '' })
    throw error
  }
}

/** The least that a write needs of an account. */
export const accountOf = (connect: (call: Call) => AdapterVerbs): Account => ({
  id: account,
  clock: systemClock,
  instanceId: 'first',
  options: { title: null, timeoutMs: answerMs, requestDeadlineMs: deadlineMs, readOnly: false, raw: false, guard: noGuards, cacheMs: 0 },
  provider: { id: 'p', title: 'P' },
  needsHydration: false,
  breaker: () => 'closed',
  capabilities: Object.create(null),
  createToken: null,
  health: () => ({ status: 'ok', checked_at: null, problem: null }),
  connect,
  toServer: () => { throw new Error('not called') },
  safeText: text => text,
  safeUrl: url => url,
  safeValue: value => value
})
