import { UpstreamError } from '../../src/domain/failure.ts'
import { createCall, createCounters, type Counters } from '../../src/transport/call.ts'
import { createUpstream, type Transport, type RecordWrite } from '../../src/transport/transport.ts'
import { createDryRun, type DryRunCall } from '../../src/execution/dry-run.ts'
import { redact } from '../../src/domain/redact.ts'
import { createRepeatedAnswers } from '../../src/transport/repeated-answers.ts'
import { createRetryBudget } from '../../src/transport/retry.ts'
import { createTokenSource } from '../../src/transport/token-source.ts'
import { createHttpClient } from '../../src/upstream/http.ts'
import type { Adapter } from '../../src/adapters/contract.ts'
import type { AdapterVerbs, VendorPage } from '../../src/adapters/verbs.ts'
import type { Simulator } from '../../sandbox/kit/simulator.ts'
import type { Seen } from '../../src/domain/list.ts'
import type { CreateSpec, OwnerSpec } from '../../src/domain/spec.ts'
import { parseOptions } from '../../src/verbs/members.ts'
import { noBreaker } from '../../src/transport/breaker.ts'
import type { Bulkhead } from '../../src/transport/bulkhead.ts'
import { createLeapingClock } from './clock.ts'
import type { SentCall } from '../../src/telemetry/observer.ts'
import { createMemoryStores } from '../../src/state/stores.ts'

/** One that keeps nobody waiting. */
export const openGate: Bulkhead = { enter: async () => () => {} }

interface OpenOptions {
  readonly timeoutMs?: number
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

type Created = 'create' | 'owners.create'

/** The verbs with options that are parsed as the gateway parses them, once and before anything is sent. */
export type DirectVerbs = Omit<AdapterVerbs, Created> & { readonly [Name in Created]?: NonNullable<AdapterVerbs[Name]> & {
  run(spec: NonNullable<AdapterVerbs[Name]>['example']): ReturnType<NonNullable<AdapterVerbs[Name]>['run']>
} }

function directly ({ create, 'owners.create': owner, ...verbs }: AdapterVerbs): DirectVerbs {
  return {
    ...verbs,
    ...(create === undefined ? {} : { create: { ...create, run: async (spec: CreateSpec) => await create.run({ ...spec, options: parseOptions(create.options, spec.options) }, 'op_test') } }),
    ...(owner === undefined ? {} : { 'owners.create': { ...owner, run: async (spec: OwnerSpec) => await owner.run({ ...spec, options: parseOptions(owner.options, spec.options) }) } })
  }
}

export interface OpenedAdapter {
  /** The operations of one new request; each call of it is a request of its own with a fresh count. */
  operations(options?: OpenOptions): DirectVerbs & { readonly counters: Counters }
  /** The operations of a dry run: writes are kept in `calls` instead of being sent. */
  dryRun(): { readonly operations: DirectVerbs, readonly calls: readonly DryRunCall[] }
  readonly sent: SentCall[]
  close(): Promise<void>
}

/** An adapter behind the real gateway line: real HTTP, real retry, tokens in memory. Pauses are over at once. */
export function openAdapter<A> (adapter: Adapter<A>, settings: unknown): OpenedAdapter {
  const account = adapter.account.parse(settings)
  const http = createHttpClient()
  const sent: SentCall[] = []
  const tokens = createTokenSource({ key: 'test', store: createMemoryStores().tokens })
  const open = (options: OpenOptions, record: RecordWrite | null) => {
    const line: Transport = {
      account: 'test',
      clock: createLeapingClock(),
      http,
      timeoutMs: options.timeoutMs ?? 60_000,
      tokens,
      signIn: adapter.signIn(account),
      repeatedAnswers: createRepeatedAnswers(),
      budget: createRetryBudget('test', createMemoryStores().tokenBuckets, () => {}, { capacity: 1000, perSecond: 1 }),
      breaker: noBreaker,
      bulkhead: openGate,
      allowance: null,
      random: () => 0.5,
      report: call => { sent.push(call) }
    }
    const counters = createCounters()
    const call = createCall({ clock: line.clock, requestId: 'req-test', signal: options.signal ?? new AbortController().signal, deadlineMs: options.deadlineMs ?? 120_000, counters })
    return { ...directly(adapter.connect(account, createUpstream(line, call, record))), counters }
  }
  return {
    sent,
    operations: (options = {}) => open(options, null),
    dryRun: () => {
      const dryRun = createDryRun({ safeValue: value => redact(value, new Set(adapter.secretMembers)), safeUrl: url => url })
      return { operations: open({}, dryRun.record), calls: dryRun.calls }
    },
    close: async () => { await http.close() }
  }
}

/** What the helpers need of a running test. */
export interface Test {
  teardown (finish: () => Promise<void>): unknown
}

/** An adapter in front of a simulated vendor, and the operations of one request. */
export interface Bench<Vendor extends Simulator = Simulator> {
  readonly vendor: Vendor
  readonly line: OpenedAdapter
  readonly operations: ReturnType<OpenedAdapter['operations']>
}

/** Opens an adapter before a vendor; both are closed when the test ends. */
export function openBench<A, Vendor extends Simulator> (test: Test, adapter: Adapter<A>, vendor: Vendor, settings: unknown): Bench<Vendor> {
  const line = openAdapter(adapter, settings)
  test.teardown(async () => {
    await line.close()
    await vendor.close()
  })
  return { vendor, line, operations: line.operations() }
}

/** The failure that the work ends with; a test that expects one fails when there is none. */
export async function failureOf (work: Promise<unknown>): Promise<UpstreamError> {
  try {
    await work
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
  throw new Error('nothing failed')
}

/** Every row of the vendor's list, read page by page in the simplest way. */
export async function listAll (operations: DirectVerbs, limit = operations.list.pageSize): Promise<Seen[]> {
  const rows: Seen[] = []
  let page: VendorPage | null = null
  for (let round = 0; round < 100 && page?.last !== true; round += 1) {
    const after: string | null = rows.at(-1)?.server.id ?? null
    page = await operations.list.run({ filters: {}, offset: operations.list.paging === 'offset' ? rows.length : 0, after: operations.list.paging === 'key' ? after : null, limit })
    const known = new Set(rows.map(row => row.server.id))
    rows.push(...page.rows.filter(row => !known.has(row.server.id)))
  }
  return rows
}
