import { z } from 'zod'
import { unreachable } from '../../src/adapters/capabilities.ts'
import type { Adapter } from '../../src/adapters/contract.ts'
import { loadAdapters } from '../../src/adapters/registry.ts'
import type { UpstreamCost, Verb } from '../../src/adapters/verb-facts.ts'
import type { AdapterVerbs, List } from '../../src/adapters/verbs.ts'
import { apiVerbs } from '../../src/verbs/all.ts'
import type { ApiVerb } from '../../src/verbs/verb.ts'

/** What the document says of a route that only the adapters know: its cost, and the parameters of single providers. */

interface Provider {
  readonly title: string
  readonly verbs: AdapterVerbs
}

const verbsOf = <A>({ title, connect, example }: Adapter<A>): Provider => ({ title, verbs: connect(example, unreachable) })
const adapters = [...(await loadAdapters()).values()]
const providers = adapters.map(verbsOf)
const signInCalls = Math.max(...adapters.map(adapter => adapter.signInCalls ?? 1))

const free: UpstreamCost = { calls: 0 }
const one: UpstreamCost = { calls: 1 }
const onePage: UpstreamCost = { calls: 0, perPage: 1 }

/** Calls add up. A page is read once, whichever of the parts reads it; so is a row. */
const sum = (...costs: readonly UpstreamCost[]): UpstreamCost => ({
  calls: costs.reduce((total, { calls }) => total + calls, 0),
  perPage: Math.max(...costs.map(({ perPage = 0 }) => perPage)),
  perRow: Math.max(...costs.map(({ perRow = 0 }) => perRow))
})

const maximum = (costs: readonly UpstreamCost[]): UpstreamCost => ({
  calls: Math.max(...costs.map(({ calls }) => calls)),
  perPage: Math.max(...costs.map(({ perPage = 0 }) => perPage)),
  perRow: Math.max(...costs.map(({ perRow = 0 }) => perRow))
})

/** Pages by offset overlap by one row, which may take one page more. */
const listCost = ({ paging, hydrate }: List): UpstreamCost =>
  ({ calls: paging === 'offset' ? 1 : 0, perPage: 1, perRow: hydrate === undefined ? 0 : 1 })

/** The adapter's verbs that a verb of the API runs; none if the provider lacks it. */
const runBy = ({ action, runs = [] }: ApiVerb, verbs: AdapterVerbs): readonly Verb[] => {
  const all = new Map<string, unknown>(Object.entries(verbs))
  return (runs.length === 0 ? [action] : runs).map(name => all.get(name)).filter(isVerb)
}

const isVerb = (value: unknown): value is Verb => typeof value === 'object' && value !== null && 'evidence' in value

/** The adapter's calls and the gateway's own: a read of the server beside the verb, or after a refusal that may mean a missing endpoint. */
function costOfVerb (verb: ApiVerb, verbs: AdapterVerbs): UpstreamCost {
  const run = runBy(verb, verbs)
  const mayRead = verb.reads !== undefined || verb.destroys === true || (verb.path.startsWith('/servers/:id') && run.some(({ evidence }) => evidence === 'inferred'))
  const { perRow: _rows, ...baseline } = listCost(verbs.list)
  const spends = verb.spends === true
  const beside = [
    mayRead ? verbs.get.cost ?? one : free,
    verb.creates === true || spends ? baseline : free,
    spends && verbs.plans !== undefined ? verbs.plans.cost ?? onePage : free
  ]
  return run.length === 0 ? free : sum(...run.map(({ cost = verb.tag === 'Catalog' ? onePage : one }) => cost), ...beside)
}

const ofReads: Readonly<Record<string, (verbs: AdapterVerbs) => UpstreamCost>> = {
  listServers: ({ list }) => listCost(list),
  listFleet: ({ list }) => listCost(list),
  getServer: ({ get }) => get.cost ?? one,
  ...Object.fromEntries(['Get', 'Post', 'Put', 'Patch', 'Delete'].map(method =>
    [`raw${method}`, ({ raw }: AdapterVerbs) => raw?.cost ?? one]))
}

/** The most calls of one request to this route, for an account with these verbs; sign-ins and retries are not counted. */
export function costOf (operationId: string, verbs: AdapterVerbs): UpstreamCost {
  const verb = apiVerbs.find(verb => verb.operationId === operationId)
  return verb === undefined ? ofReads[operationId]?.(verbs) ?? free : costOfVerb(verb, verbs)
}

/** The maximum over all providers as a sentence. Retries (at most two for a read) come on top. */
export function costText (operationId: string): string {
  const { calls, perPage = 0, perRow = 0 } = maximum(providers.map(({ verbs }) => costOf(operationId, verbs)))
  const parts = [
    ...(calls > 0 ? [String(calls)] : []),
    ...(perPage > 0 ? [`${perPage} per list page`] : []),
    ...(perRow > 0 ? [`${perRow} per row`] : [])
  ]
  if (parts.length === 0) return 'Provider calls: none.'
  return `Provider calls: up to ${parts.join(', plus ')}, plus up to ${signInCalls} to sign in, plus retries.`
}

/** The query of a verb with the parameters of all providers, all of them optional. */
export function queryOf (operationId: string): z.ZodObject | null {
  const verb = apiVerbs.find(verb => verb.operationId === operationId)
  if (verb === undefined) return null
  const found = new Map<string, { readonly schema: z.ZodType, readonly titles: string[] }>()
  for (const { title, verbs } of providers) {
    for (const [name, schema] of runBy(verb, verbs).flatMap(({ parameters }) => Object.entries(parameters?.shape ?? {}))) {
      const known = found.get(name) ?? { schema, titles: new Array<string>() }
      found.set(name, known)
      known.titles.push(isOptional(schema) ? title : `${title} (required)`)
    }
  }
  if (found.size === 0) return null
  const own = [...found].map(([name, { schema, titles }]) => [name, publishedAs(schema, titles)] as const)
  return verb.schemas.query.extend(Object.fromEntries(own))
}

const isOptional = (schema: z.core.$ZodType): boolean => z.safeParse(schema, undefined).success

function publishedAs (schema: z.ZodType, titles: readonly string[]): z.ZodType {
  const { description, ...meta } = schema.meta() ?? {}
  const optional = isOptional(schema) ? schema : schema.optional()
  const support = `Supported by: ${titles.join(', ')}`
  return optional.meta({ ...meta, description: description === undefined ? support : `${description}. ${support}` })
}
