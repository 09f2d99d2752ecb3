import { compareValues, filterTest, sameValue, type Test } from './filters.ts'
import { notConvertible } from './failures.ts'
import { isTrue, type Json } from './values.ts'

/** One row of a list: its columns to choose by, and how it looks when chosen. */
export interface Listed {
  readonly columns: Json
  readonly render: () => Json
}

export interface ListRules {
  /** The key of the rows in the answer, as in `servers`. */
  readonly plural: string
  /** The Go type that a conversion failure names. */
  readonly inputType: string
  readonly columns: ReadonlySet<string>
  readonly searched: readonly string[]
  readonly maxPage: number
}

export const wholeNumber = (query: URLSearchParams, key: string, inputType: string): number => {
  const text = query.get(key) ?? ''
  if (text === '') return 0
  if (!/^[+-]?\d+$/.test(text)) throw notConvertible(Object.fromEntries(query), inputType, key, text, 'ListItems: listItemQueryFiltersRaw')
  return Number(text)
}

/** Filters that every collection understands. */
export const commonTest = (query: URLSearchParams, rules: ListRules): Test => {
  const clause = filterTest(query.getAll('filter'), rules.columns, isTrue(query.get('filter_any')))
  const search = (query.get('search') ?? '').toLowerCase()
  const exact = [...new Set(query.keys())].filter(key => key.startsWith('@') && rules.columns.has(key.slice(1)))
  const repeated = ['id', 'name', 'status'].filter(key => (query.get(key) ?? '') !== '')
  return row => clause(row) &&
    (search === '' || rules.searched.some(key => String(row[key] ?? '').toLowerCase().includes(search))) &&
    exact.every(key => sameValue(row[key.slice(1)], query.get(key) ?? '')) &&
    repeated.every(key => query.getAll(key).some(value => sameValue(row[key], value)))
}

/** `order` holds for all columns at once; unknown columns fall away. */
export const ordered = (rows: readonly Listed[], query: URLSearchParams, rules: ListRules): Listed[] => {
  const chosen = query.getAll('order_by').filter(key => rules.columns.has(key))
  const keys = [...chosen, 'created_at', 'name', 'id']
  const sign = query.get('order') === 'asc' ? 1 : -1
  return [...rows].sort((left, right) => {
    for (const key of keys) {
      const difference = compareValues(left.columns[key], right.columns[key] ?? '')
      if (difference !== 0) return sign * difference
    }
    return 0
  })
}

/** The envelope: an empty result has neither `total` nor `limit`. */
export const pageOf = (rows: readonly Listed[], query: URLSearchParams, rules: ListRules, totals?: Json): Json => {
  const asked = wholeNumber(query, 'limit', rules.inputType)
  const offset = Math.max(0, wholeNumber(query, 'offset', rules.inputType))
  const total = rows.length
  if (total === 0) return { [rules.plural]: [] }
  const limit = asked <= 0 || (asked > rules.maxPage && total > rules.maxPage) ? rules.maxPage : asked
  const fields = query.getAll('field')
  const shown = ordered(rows, query, rules).slice(offset, offset + limit).map(row => trimmed(row.render(), fields))
  return { limit, ...(offset > 0 ? { offset } : {}), [rules.plural]: shown, total, ...(totals === undefined ? {} : { totals }) }
}

const trimmed = (row: Json, fields: readonly string[]): Json =>
  fields.length === 0 ? row : Object.fromEntries(Object.entries(row).filter(([key]) => fields.includes(key)))

export const statusCounts = (rows: readonly Json[]): Json[] => {
  const counts = new Map<string, { pending: number, all: number }>()
  for (const row of rows) {
    const status = String(row['status'] ?? '')
    const count = counts.get(status) ?? { pending: 0, all: 0 }
    count.all += 1
    if (row['pending_deleted'] === true) count.pending += 1
    counts.set(status, count)
  }
  return [...counts].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([status, count]) => ({ pending_deleted_count: count.pending, status, total_count: count.all }))
}
