import { compareValues } from '../kit/lists.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { ok, refuse, type Call } from './call.ts'
import { take } from './model.ts'

type Item = Readonly<Record<string, unknown>>

/** The fields that some public client was seen to filter or order by. */
const evidenced: Readonly<Record<string, readonly string[]>> = {
  '/vm/v3/host': ['cluster.name'],
  '/vm/v3/task': ['consul_id', 'status'],
  '/vm/v3/account': ['email'],
  '/vm/v3/vxlan': ['account.id'],
  '/vm/v3/ip': ['network', 'ip_addr']
}

const broken = (message: string): Error => refuse(500, 1010, message)

/** Filters, orders and cuts as the query says, and wraps the rest into the envelope of lists. Some lists never carry `size`. */
export function list (call: Call, items: readonly Item[], withSize = true): SimulatedReply {
  const { platform, request: { query } } = call
  const { behavior } = platform
  const repeated = ['where', 'orderby', 'limit'].find(name => query.getAll(name).length > 1)
  if (repeated !== undefined) throw broken(`Repeated parameter: ${repeated}`)
  const sorted = ordered(call, items, filtered(call, items))
  const page = cut(call, sorted)
  const size = behavior.sizeMeans === 'total' ? sorted.length : page.length
  return ok({ last_notify: take(platform, 'notify'), list: page, ...(behavior.size && withSize ? { size } : {}) })
}

function filtered (call: Call, items: readonly Item[]): readonly Item[] {
  const source = call.request.query.get('where')
  if (source === null) return items
  const condition = parseWhere(source)
  if (condition === null) throw broken('Filter syntax error')
  for (const field of fieldsOf(condition)) checkField(call, items, field)
  return items.filter(item => matches(condition, field => valueAt(item, field)))
}

function ordered (call: Call, all: readonly Item[], items: readonly Item[]): readonly Item[] {
  const [, field, way = 'asc'] = /^(\S+)(?: (asc|desc))?$/i.exec(call.request.query.get('orderby') ?? 'id asc') ?? []
  if (field === undefined) throw broken('Order syntax error')
  checkField(call, all, field)
  const sign = way.toLowerCase() === 'asc' ? 1 : -1
  return [...items].sort((a, b) => sign * compareValues(valueAt(a, field), valueAt(b, field)))
}

function cut (call: Call, items: readonly Item[]): readonly Item[] {
  const { limit: meaning, pageCap } = call.platform.behavior
  const source = call.request.query.get('limit')
  if (source === null) return items.slice(0, pageCap)
  const numbers = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(source)
  if (numbers === null) throw broken('Limit syntax error')
  const [from, second] = [Number(numbers[1]), Number(numbers[2])]
  const wanted = meaning === 'offset-count' ? second : Math.max(0, second - from)
  return items.slice(from, from + Math.min(wanted, pageCap))
}

/** A field exists when any row has a scalar there; linked objects cannot be compared as a whole. */
function checkField (call: Call, items: readonly Item[], field: string): void {
  const isKnown = call.platform.behavior.filterFields === 'item'
    ? items.length === 0 || items.some(item => valueAt(item, field) !== undefined)
    : field === 'id' || field === 'name' || (evidenced[call.request.path] ?? []).includes(field)
  if (!isKnown) throw broken(`Unknown field: ${field}`)
}

function valueAt (item: Item, field: string): unknown {
  let value: unknown = item
  for (const name of field.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.entries(value).find(([key]) => key === name)?.[1]
  }
  return typeof value === 'object' && value !== null ? undefined : value
}

interface Comparison {
  readonly field: string
  readonly operator: string
  readonly value: string
}

/** A filter without nesting: alternatives, each of comparisons that all hold. Null is a syntax error. */
type Condition = ReadonlyArray<readonly Comparison[]>

const pattern = /^([A-Za-z_][\w.]*) (EQ|GT) (?:'([^']*)'|(-?\d+))$/

/** A quote inside a quoted value is a syntax error: no escape is documented. Clients were seen to use EQ, GT, AND and OR. */
function parseWhere (source: string): Condition | null {
  const alternatives = source.trim().split(' OR ').map(part => part.split(' AND ').map(parseComparison))
  return alternatives.flat().includes(null) ? null : alternatives.map(part => part.filter(comparison => comparison !== null))
}

function parseComparison (source: string): Comparison | null {
  const [, field = '', operator = '', text, number = ''] = pattern.exec(source.trim().replace(/^\((.*)\)$/, '$1')) ?? []
  return field === '' ? null : { field, operator, value: text ?? number }
}

const fieldsOf = (condition: Condition): string[] => condition.flat().map(({ field }) => field)

/** Null compares as in SQL: it is equal to nothing and more than nothing. A quoted number equals the number. */
const matches = (condition: Condition, valueOf: (field: string) => unknown): boolean =>
  condition.some(part => part.every(({ field, operator, value }) => {
    const actual = valueOf(field) ?? null
    const order = compareValues(actual, value)
    return actual !== null && (operator === 'EQ' ? order === 0 : order > 0)
  }))
