import type { Spending } from '../access/guards.ts'
import type { AdapterVerbs } from '../adapters/verbs.ts'
import type { Plan } from '../domain/catalog.ts'
import { GatewayError } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import { fingerprintOf, mayBeCreated } from '../operations/search.ts'
import { walk } from '../reads/walk.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { ExecutorParts, RunningCommand } from './executor.ts'

/** The longest month, for hourly prices without a monthly cap. */
const hoursOfMonth = 31 * 24
/** Sums of decimal prices are not exact in binary. */
const tolerance = 1e-6

/** A plan in a region; without a region, its highest price counts. */
interface RegionalPlan {
  readonly plan: string | undefined
  readonly region: string | null
}

/** The servers of the account, at least those that pass the filters. */
export async function readServers ({ list }: AdapterVerbs, filters: ServerFilters = {}): Promise<Seen[]> {
  const servers: Seen[] = []
  for await (const { rows } of walk(list, { filters, after: null, limit: list.pageSize })) servers.push(...rows)
  return servers
}

/** The spending limit that applies to the command; null if there is none, or if the command buys nothing. */
export const limitOf = ({ account: { options: { guard } }, bound: { buys } }: RunningCommand): Spending | null =>
  buys === undefined ? null : guard.maxMonthlyPrice

/**
 * Refuses a create or resize if the monthly prices of the account's plans would then exceed the limit, or if their sum is unknown. Creates
 * and resizes that have not ended count too. A change to a cheaper plan is always allowed.
 */
export async function guardSpending (pending: ExecutorParts['pending'], running: RunningCommand, rows: readonly Seen[]): Promise<void> {
  const { account, verbs, call, seen, bound: { buys } } = running
  const limit = limitOf(running)
  if (buys === undefined || limit === null) return
  const open = await pending(account.id)
  const plans = await verbs.plans?.run({}) ?? []
  const servers = rows.map(({ server }) => server)
  const priceOf: PriceOf = plan => monthlyPrice(plans, limit.currency, plan)
  // A provider may accept another spelling of the id than the one that it lists.
  const serverId = seen?.server.id ?? call.serverId
  const resized = servers.find(({ id }) => id === serverId)
  const added = priceOf({ plan: buys.plan, region: buys.region ?? resized?.region?.id ?? null })
  if (added === null) {
    const what = buys.plan === undefined ? 'sizes without a plan' : 'this plan'
    throw refusal(limit, `the provider names no price in ${limit.currency} for ${what}`)
  }
  const current = resized === undefined ? null : priceOf(regionalPlanOf(resized))
  if (current !== null && added <= current) return
  const others = [
    ...servers.filter(({ id }) => id !== serverId)
      .map(server => ({ what: `server ${server.id}`, price: priceWithResizes(server, open, priceOf) })),
    ...unseenCreates(verbs, rows, open).map(({ id, bought }) => ({ what: `operation ${id}`, price: priceOf(bought) }))
  ]
  const unknown = others.filter(({ price }) => price === null).map(({ what }) => what)
  if (unknown.length > 0) {
    throw refusal(limit, `the monthly cost of the account is not known: no price in ${limit.currency} for ${named(unknown)}`)
  }
  const spent = others.reduce((sum, { price }) => sum + (price ?? 0), 0)
  if (spent + added > limit.amount + tolerance) {
    throw refusal(limit, `the other servers cost ${money(spent)} ${limit.currency} a month, and this one would cost ${money(added)}`)
  }
}

const refusal = ({ amount, currency }: Spending, reason: string): GatewayError =>
  new GatewayError('forbidden', `guard.max_monthly_price of this account allows ${money(amount)} ${currency}; ${reason}`)

const money = (amount: number): string => String(Math.round(amount * 100) / 100)

const named = (all: readonly string[]): string =>
  all.length <= 3 ? all.join(', ') : `${all.slice(0, 3).join(', ')} and ${all.length - 3} more`

/** Null if any price that may apply is unknown or in another currency. */
function monthlyPrice (plans: readonly Plan[], currency: string, { plan, region }: RegionalPlan): number | null {
  const prices = plans
    .filter(row => row.id === plan && (region === null || row.region === null || row.region === region))
    .map(({ price }) => price?.currency === currency ? price.monthly ?? (price.hourly === null ? null : price.hourly * hoursOfMonth) : null)
  const known = prices.filter(price => price !== null)
  return known.length === 0 || known.length < prices.length ? null : Math.max(...known)
}

const regionalPlanOf = ({ plan, region }: ServerFacts): RegionalPlan => ({ plan: plan?.id ?? undefined, region: region?.id ?? null })

type PriceOf = (plan: RegionalPlan) => number | null

/** A server that is being resized counts with the most expensive of its plans. */
function priceWithResizes (server: ServerFacts, open: readonly StoredOperation[], priceOf: PriceOf): number | null {
  const current = regionalPlanOf(server)
  const coming = open.filter(({ operation }) => operation.action === 'resize' && operation.server_id === server.id)
    .map(({ goal }) => goal?.plan === undefined ? current : { ...current, plan: goal.plan })
  const prices = [current, ...coming].map(priceOf)
  const known = prices.filter(price => price !== null)
  return known.length < prices.length ? null : Math.max(...known)
}

/** The creates whose servers are not listed yet, with their plans. */
function unseenCreates (verbs: AdapterVerbs, rows: readonly Seen[], open: readonly StoredOperation[]) {
  return open.flatMap(({ operation: { id, server_id: serverId }, search }) => {
    if (search === null) return []
    const baseline = new Set(search.baseline)
    const isSeen = rows.some(seen => serverId === null
      ? !baseline.has(fingerprintOf(seen.server.id)) && mayBeCreated(verbs, { spec: search.spec, mark: id, seen })
      : seen.server.id === serverId)
    return isSeen ? [] : [{ id, bought: { plan: search.spec.plan, region: search.spec.region ?? null } }]
  })
}
