import type { SimulatedReply } from '../simulator.ts'
import type { Call } from './call.ts'
import { ok } from './call.ts'
import { filterError } from './errors.ts'
import { take } from './model.ts'
import { compareValues, fieldsOf, matches, parseWhere } from './where.ts'

type Item = Readonly<Record<string, unknown>>

export interface ListShape {
  /** Some lists never carry `size`. */
  readonly size?: false
}

/** The fields that some public client was seen to filter or order by. */
const evidenced: Readonly<Record<string, readonly string[]>> = {
  '/vm/v3/host': ['cluster.name'],
  '/vm/v3/task': ['consul_id', 'status'],
  '/vm/v3/account': ['email'],
  '/auth/v4/user': ['roles', 'state'],
  '/vm/v3/vxlan': ['account.id'],
  '/vm/v3/range': ['ippool'],
  '/vm/v3/ip': ['network', 'ip_addr']
}

/** Filters, orders and cuts as the query says, and wraps the rest into the envelope of lists. */
export function list (call: Call, items: readonly Item[], shape: ListShape = {}): SimulatedReply {
  const { platform, request } = call
  const { knobs } = platform
  const twice = ['where', 'orderby', 'limit'].find(name => request.query.getAll(name).length > 1)
  if (twice !== undefined) return filterError(knobs, `Repeated parameter: ${twice}`)
  const found = filtered(call, items)
  if (typeof found === 'string') return filterError(knobs, found)
  const sorted = ordered(call, items, found)
  if (typeof sorted === 'string') return filterError(knobs, sorted)
  const page = cut(call, sorted)
  if (typeof page === 'string') return filterError(knobs, page)
  const size = knobs.size && shape.size !== false
  return ok({
    last_notify: take(platform, 'notify'),
    list: page,
    ...(size ? { size: knobs.sizeMeans === 'total' ? sorted.length : page.length } : {})
  })
}

function filtered (call: Call, items: readonly Item[]): readonly Item[] | string {
  const source = call.request.query.get('where')
  if (source === null) return items
  const condition = parseWhere(source)
  if (condition === null) return 'Filter syntax error'
  const unknown = fieldsOf(condition).find(field => !isField(call, items, field))
  if (unknown !== undefined) return `Unknown field: ${unknown}`
  return items.filter(item => matches(condition, field => valueAt(item, field)))
}

function ordered (call: Call, all: readonly Item[], items: readonly Item[]): readonly Item[] | string {
  const source = call.request.query.get('orderby') ?? 'id asc'
  const [field, direction = 'asc', ...rest] = source.trim().split(/\s+/)
  const way = direction.toLowerCase()
  if (field === undefined || rest.length > 0 || (way !== 'asc' && way !== 'desc')) return 'Order syntax error'
  if (!isField(call, all, field)) return `Unknown field: ${field}`
  const sign = way === 'asc' ? 1 : -1
  return [...items].sort((a, b) => sign * compareValues(valueAt(a, field), valueAt(b, field)) ||
    compareValues(a['id'], b['id']))
}

function cut (call: Call, items: readonly Item[]): readonly Item[] | string {
  const { limit: meaning, pageCap } = call.platform.knobs
  const source = call.request.query.get('limit')
  if (source === null) return items.slice(0, pageCap ?? items.length)
  const numbers = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(source)
  if (numbers === null) return 'Limit syntax error'
  const from = Number(numbers[1])
  const second = Number(numbers[2])
  const wanted = meaning === 'offset-count' ? second : Math.max(0, second - from)
  return items.slice(from, from + Math.min(wanted, pageCap ?? wanted))
}

/** A field exists when any row has a scalar there; linked objects as a whole can't be compared. */
function isField (call: Call, items: readonly Item[], field: string): boolean {
  if (call.platform.knobs.filterFields === 'evidenced') {
    const path = call.request.path.replace(/^\/api\//, '/').replace(/\/$/, '')
    return field === 'id' || field === 'name' || (evidenced[path] ?? []).includes(field)
  }
  return items.length === 0 || items.some(item => valueAt(item, field) !== undefined)
}

function valueAt (item: Item, field: string): unknown {
  let value: unknown = item
  for (const name of field.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.entries(value).find(([key]) => key === name)?.[1]
  }
  if (Array.isArray(value)) return value.every(part => typeof part !== 'object') ? value.join(',') : undefined
  return typeof value === 'object' && value !== null ? undefined : value
}
