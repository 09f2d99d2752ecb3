import type { Spending } from '../access/guards.ts'
import type { AdapterVerbs } from '../adapters/verbs.ts'
import type { Plan } from '../domain/catalog.ts'
import { GatewayError } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import { fingerprintOf, mayBeCreated } from '../operations/search.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { Purchase } from '../verbs/verb.ts'

/** The longest month: what an hourly price without a monthly cap may come to. */
const hoursOfMonth = 31 * 24
/** Sums of decimal prices are not exact in binary. */
const tolerance = 1e-6

/** A plan somewhere; without a region, wherever it costs the most. */
interface Placed {
  readonly plan: string | undefined
  readonly region: string | null
}

export interface Budget {
  readonly verbs: AdapterVerbs
  readonly limit: Spending
  /** All servers of the account. */
  readonly rows: readonly Seen[]
  /** Its operations that have not ended. */
  readonly open: readonly StoredOperation[]
}

/**
 * Refuses a create or resize that would bring the monthly prices of the account's plans above the limit, or whose sum is not known.
 * Beside the servers that the provider lists, creates and resizes count that have not ended. A cheaper plan is always allowed.
 */
export async function refuseOverspending ({ verbs, limit, rows, open }: Budget, { plan, region, serverId }: Purchase): Promise<void> {
  const plans = await verbs.plans?.run({}) ?? []
  const servers = rows.map(({ server }) => server)
  const priceOf: PriceOf = placed => monthlyPrice(plans, limit.currency, placed)
  const present = servers.find(({ id }) => id === serverId)
  const added = priceOf({ plan, region: region ?? present?.region?.id ?? null })
  if (added === null) {
    const what = plan === undefined ? 'sizes without a plan' : 'this plan'
    throw refusal(limit, `the provider names no price in ${limit.currency} for ${what}`)
  }
  const before = present === undefined ? null : priceOf(placeOf(present))
  if (before !== null && added <= before) return
  const listed = servers.filter(({ id }) => id !== serverId)
  const others = [
    ...listed.map(server => ({ what: `server ${server.id}`, price: priceWithResizes(server, open, priceOf) })),
    ...unseenCreates(verbs, rows, open).map(({ id, placed }) => ({ what: `operation ${id}`, price: priceOf(placed) }))
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
function monthlyPrice (plans: readonly Plan[], currency: string, { plan, region }: Placed): number | null {
  const prices = plans
    .filter(row => row.id === plan && (region === null || row.region === null || row.region === region))
    .map(({ price }) => price?.currency === currency ? price.monthly ?? (price.hourly === null ? null : price.hourly * hoursOfMonth) : null)
  const known = prices.filter(price => price !== null)
  return known.length === 0 || known.length < prices.length ? null : Math.max(...known)
}

const placeOf = ({ plan, region }: ServerFacts): Placed => ({ plan: plan?.id ?? undefined, region: region?.id ?? null })

type PriceOf = (placed: Placed) => number | null

/** A server that is being resized counts with the dearer of its plans. */
function priceWithResizes (server: ServerFacts, open: readonly StoredOperation[], priceOf: PriceOf): number | null {
  const present = placeOf(server)
  const coming = open.filter(({ operation }) => operation.action === 'resize' && operation.server_id === server.id)
    .map(({ goal }) => goal?.plan === undefined ? present : { ...present, plan: goal.plan })
  const prices = [present, ...coming].map(priceOf)
  const known = prices.filter(price => price !== null)
  return known.length < prices.length ? null : Math.max(...known)
}

/** Creates whose servers are not listed yet, with what was ordered. */
function unseenCreates (verbs: AdapterVerbs, rows: readonly Seen[], open: readonly StoredOperation[]) {
  return open.flatMap(({ operation: { id, server_id: serverId }, search }) => {
    if (search === null) return []
    const baseline = new Set(search.baseline)
    const isSeen = rows.some(seen => serverId === null
      ? !baseline.has(fingerprintOf(seen.server.id)) && mayBeCreated(verbs, { spec: search.spec, mark: id, seen })
      : seen.server.id === serverId)
    return isSeen ? [] : [{ id, placed: { plan: search.spec.plan, region: search.spec.region ?? null } }]
  })
}
