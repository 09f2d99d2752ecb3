import t from 'tap'
import { z } from 'zod'
import { noGuards, type Spending } from '../../src/access/guards.ts'
import type { AdapterVerbs } from '../../src/adapters/verbs.ts'
import { priceOf, type Plan } from '../../src/domain/catalog.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { GatewayError } from '../../src/domain/failure.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import { createExecutor } from '../../src/execution/executor.ts'
import { createInFlight } from '../../src/domain/in-flight.ts'
import { createEngine } from '../../src/operations/engine.ts'
import { createLocalGenerations } from '../../src/state/generation.ts'
import { createMemoryStores } from '../../src/state/stores.ts'
import { silentTrace } from '../../src/telemetry/observer.ts'
import { createCounters } from '../../src/transport/call.ts'
import type { Command } from '../../src/verbs/call.ts'
import { commandOf, createCommand } from '../helpers/commands.ts'
import { serverFacts } from '../helpers/facts.ts'
import { accountOf } from '../operations/model-world.ts'
import { createProvider } from '../operations/provider.ts'

interface Cost { readonly monthly?: number, readonly hourly?: number, readonly currency?: string, readonly region?: string }

const plan = (id: string, { monthly, hourly, currency = 'EUR', region }: Cost = {}): Plan => ({
  ...{ id, name: id, cpus: 1, memory_mib: 1024, disk_gib: 10, region: region ?? null, available: true },
  price: priceOf({ currency, monthly: monthly ?? null, hourly: hourly ?? null })
})

const plans: readonly Plan[] = [
  plan('s', { monthly: 3.79 }), plan('m', { monthly: 7.58 }), plan('l', { monthly: 30 }), plan('hours', { hourly: 0.01 }), plan('dollars', { monthly: 1, currency: 'USD' }),
  plan('free', { monthly: 0 }), plan('unpriced'), plan('near-or-far', { monthly: 5, region: 'near' }), plan('near-or-far', { monthly: 9, region: 'far' })
]

const server = (id: string, planId: string | null, region: string | null = null): ServerFacts =>
  serverFacts(id, 'running', { plan: planId === null ? null : { id: planId, name: null }, region: region === null ? null : { id: region, name: null } })

/** An account whose plans may cost so much, with these servers; a create adds nothing to the list until `appear`. */
function open (servers: readonly ServerFacts[], limit: Spending | null = { amount: 20, currency: 'EUR' }) {
  const provider = createProvider({ hasJobs: false })
  for (const each of servers) provider.rows.set(each.id, each)
  const sent: string[] = []
  const verbs = (): AdapterVerbs => ({
    ...provider.connect(),
    plans: { evidence: 'documented', run: async () => plans },
    create: {
      ...{ evidence: 'documented', accepts: ['plan', 'cpus', 'memory_mib', 'disk_gib', 'region'], requires: [], options: z.strictObject({}) },
      example: { name: 'web', image: 'i', plan: 's' },
      run: async ({ name }) => { sent.push(name); return { serverId: name } }
    },
    resize: { evidence: 'documented', accepts: ['plan', 'cpus'], run: async ({ plan: wanted }) => { sent.push(`${wanted}`); return {} } }
  })
  const { operations: store, deletes, creates } = createMemoryStores()
  const engine = createEngine({ store, clock: systemClock, onFault: () => {} })
  const executor = createExecutor({ engine, pending: store.pending, deletes, creates, inFlight: createInFlight(), generations: createLocalGenerations() })
  const account = { ...accountOf(verbs), options: { ...accountOf(verbs).options, guard: { ...noGuards, maxMonthlyPrice: limit } } }
  const context = () => ({ requestId: 'r', signal: new AbortController().signal, counters: createCounters(), idempotencyLease: null, trace: silentTrace })
  /** Null where it was begun, else why not. */
  const tryTo = async (command: Command): Promise<string | null> => await executor.start(account, command, context()).then(() => null, reasonOf)
  return {
    sent,
    kept: async () => (await store.list(account.id, null, 10)).length,
    appear: (row: ServerFacts) => { provider.rows.set(row.id, row) },
    create: async (more: Partial<CreateSpec>) => await tryTo(createCommand({ name: `new-${sent.length}`, image: 'i', ...more })),
    resize: async (id: string, body: object) => await tryTo(commandOf('resizeServer', { id }, body)),
    rehearse: async (more: Partial<CreateSpec>) => await executor.dryRun(account, createCommand({ name: 'new', image: 'i', ...more }), context()).then(() => null, reasonOf)
  }
}

function reasonOf (error: unknown): string {
  if (!(error instanceof GatewayError) || error.refusal !== 'forbidden') throw error
  return error.message
}

t.test('a create is allowed up to the limit and refused above it, with both sums', async t => {
  const { create, sent, kept } = open([server('1', 's'), server('2', 'm')], { amount: 15.16, currency: 'EUR' })
  const refused = await create({ plan: 'm' })
  t.equal(refused, 'guard.max_monthly_price of this account allows 15.16 EUR; the other servers cost 11.37 EUR a month, and this one would cost 7.58')
  t.same([sent, await kept()], [[], 0], 'nothing is sent, and no operation is left')
  t.equal(await create({ plan: 's' }), null, 'exactly the limit, whatever the sum of binary fractions')
  t.equal(await open([server('1', null)], null).create({ plan: 'unpriced' }), null, 'without the guard nothing is added up')
})

t.test('what has no known price in the currency of the limit is refused', async t => {
  const { create, sent } = open([])
  for (const planId of ['unpriced', 'dollars', 'no-such-plan']) t.match(await create({ plan: planId }), /allows 20 EUR; the provider names no price in EUR for this plan/, planId)
  t.match(await create({ cpus: 1, memory_mib: 1024, disk_gib: 10 }), /names no price in EUR for sizes without a plan/)
  t.equal(await create({ plan: 'free' }), null)
  t.equal(sent.length, 1)
})

t.test('a listed server whose plan or price is not known makes the sum unknown', async t => {
  const strangers = [server('8', null), server('9', 'dollars'), server('10', 'no-such-plan'), server('11', 'unpriced')]
  t.match(await open(strangers).create({ plan: 's' }), /the monthly cost of the account is not known: no price in EUR for server 8, server 9, server 10 and 1 more$/)
  t.match(await open([server('1', 's'), server('8', null)]).resize('1', { plan: 'm' }), /not known: no price in EUR for server 8$/)
})

t.test('an hourly price alone counts for the longest month', async t => {
  t.match(await open([server('1', 'hours')], { amount: 11.22, currency: 'EUR' }).create({ plan: 's' }), /cost 7\.44 EUR a month/)
  t.equal(await open([server('1', 'hours')], { amount: 11.23, currency: 'EUR' }).create({ plan: 's' }), null)
})

t.test('a plan costs what its region costs, and the most of all regions where none is named', async t => {
  const limit = { amount: 10, currency: 'EUR' }
  t.equal(await open([server('1', 'near-or-far', 'near')], limit).create({ plan: 'near-or-far', region: 'near' }), null)
  t.match(await open([server('1', 'near-or-far', 'near')], limit).create({ plan: 'near-or-far' }), /cost 5 EUR a month, and this one would cost 9/)
  t.match(await open([server('1', 'near-or-far')], limit).create({ plan: 's' }), /cost 9 EUR/)
  t.match(await open([]).create({ plan: 'near-or-far', region: 'elsewhere' }), /no price/)
})

t.test('a resize counts the new plan in place of the old one; a cheaper plan is always allowed', async t => {
  const { resize, sent } = open([server('1', 's'), server('2', 'm')])
  t.match(await resize('1', { plan: 'l' }), /cost 7\.58 EUR a month, and this one would cost 30/)
  t.match(await resize('1', { cpus: 2 }), /sizes without a plan/)
  t.equal(await resize('1', { plan: 'm' }), null)
  t.same(sent, ['m'])
  const rich = open([server('1', 'l'), server('2', 'l'), server('3', null)])
  t.equal(await rich.resize('1', { plan: 'm' }), null, 'also above the limit, and beside servers of unknown price')
})

t.test('creates and resizes that have not ended count before the list shows them', async t => {
  const { create, resize, appear } = open([server('1', 's')])
  t.equal(await resize('1', { plan: 'm' }), null)
  t.equal(await create({ name: 'late', plan: 'm' }), null)
  t.match(await create({ plan: 'm' }), /cost 15\.16 EUR a month/)
  appear(server('late', 'm'))
  t.match(await create({ plan: 'm' }), /cost 15\.16 EUR a month/, 'once, when it is listed')
})

t.test('of creates at the same time only those within the limit are sent', async t => {
  const { create, sent } = open([], { amount: 10, currency: 'EUR' })
  const reasons = await Promise.all(['a', 'b', 'c', 'd'].map(async name => await create({ name, plan: 's' })))
  t.equal(reasons.filter(reason => reason === null).length, 2)
  t.equal(sent.length, 2)
})

t.test('a dry run is refused as the create would be', async t => {
  const { rehearse, sent } = open([server('1', 'm')])
  t.match(await rehearse({ plan: 'l' }), /guard\.max_monthly_price/)
  t.equal(await rehearse({ plan: 's' }), null)
  t.same(sent.length, 1, 'the verb ran, over a transport that sends no writes')
})
