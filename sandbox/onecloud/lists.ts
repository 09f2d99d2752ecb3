import { notConvertible } from './failures.ts'
import type { Json } from './values.ts'

/** One row of a list: its columns for filters and order, and its rendered form. */
interface Listed {
  readonly columns: Json
  readonly render: () => Json
}

export interface ListRules {
  /** The key of the rows in the answer, as in `servers`. */
  readonly plural: string
  /** The Go type that a conversion failure names. */
  readonly inputType: string
  readonly columns: ReadonlySet<string>
  readonly maxPage: number
}

const wholeNumber = (query: URLSearchParams, key: string, inputType: string): number => {
  const text = query.get(key) ?? ''
  if (text === '') return 0
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw notConvertible(Object.fromEntries(query), inputType, key, text, 'ListItems: listItemQueryFiltersRaw: ')
}

/** The filters of every collection. */
export const commonTest = (query: URLSearchParams, { columns }: ListRules): Test => {
  const clause = filterTest(query.getAll('filter'), columns)
  const exact = [...new Set(query.keys())].filter(key => key.startsWith('@') && columns.has(key.slice(1)))
  const repeated = ['id', 'name', 'status'].filter(key => (query.get(key) ?? '') !== '')
  return row => clause(row) && exact.every(key => sameValue(row[key.slice(1)], query.get(key) ?? '')) &&
    repeated.every(key => query.getAll(key).some(value => sameValue(row[key], value)))
}

/** `order` applies to all columns; unknown columns are ignored. */
const ordered = (rows: readonly Listed[], query: URLSearchParams, { columns }: ListRules): Listed[] => {
  const keys = [...query.getAll('order_by').filter(key => columns.has(key)), 'created_at', 'name', 'id']
  const sign = query.get('order') === 'asc' ? 1 : -1
  return [...rows].sort((left, right) =>
    sign * (keys.map(key => compareValues(left.columns[key], right.columns[key] ?? '')).find(difference => difference !== 0) ?? 0))
}

/** The envelope: an empty result has neither `total` nor `limit`. */
export const pageOf = (rows: readonly Listed[], query: URLSearchParams, rules: ListRules): Json => {
  const asked = wholeNumber(query, 'limit', rules.inputType)
  const offset = Math.max(0, wholeNumber(query, 'offset', rules.inputType))
  const total = rows.length
  if (total === 0) return { [rules.plural]: [] }
  const limit = asked <= 0 || (asked > rules.maxPage && total > rules.maxPage) ? rules.maxPage : asked
  const shown = ordered(rows, query, rules).slice(offset, offset + limit).map(row => row.render())
  return { limit, ...(offset > 0 ? { offset } : {}), [rules.plural]: shown, total }
}

type Test = (row: Json) => boolean

const textIn = (value: unknown): string =>
  value === true ? '1' : value === false ? '0' : value === undefined || value === null ? '' : String(value).toLowerCase()

/** The database compares without regard to case and keeps booleans as 0 and 1. */
export const sameValue = (value: unknown, text: string): boolean => {
  const lower = text.toLowerCase()
  const flag = new Map([['true', '1'], ['false', '0']]).get(lower)
  return textIn(value) === (typeof value === 'boolean' ? flag ?? lower : lower)
}

const compareValues = (left: unknown, right: unknown): number => {
  if (typeof left === 'number' && right !== '' && Number.isFinite(Number(right))) return left - Number(right)
  const a = textIn(left)
  const b = textIn(right)
  return a < b ? -1 : a > b ? 1 : 0
}

const operators: ReadonlyMap<string, (value: unknown, values: readonly string[]) => boolean> = new Map([
  ['in', (value: unknown, values: readonly string[]) => values.some(text => sameValue(value, text))],
  ['equals', (value: unknown, values: readonly string[]) => values.some(text => sameValue(value, text))],
  ['gt', (value: unknown, [text = '']: readonly string[]) => compareValues(value, text) > 0]
])

/**
 * `column.op(value,…)`, quotes around values; anything else, and an unknown column, is ignored, so a mistyped filter returns the
 * whole list.
 */
const filterTest = (clauses: readonly string[], columns: ReadonlySet<string>): Test => {
  const tests = clauses.flatMap(clause => {
    const [, column = '', name = '', list = ''] = /^\s*(\w+)\.(\w+)\((.*)\)\s*$/s.exec(clause) ?? []
    const operator = operators.get(name)
    const values = list.split(',').map(text => text.trim().replace(/^(['"])(.*)\1$/, '$2'))
    return operator === undefined || !columns.has(column) ? [] : [(row: Json) => operator(row[column], values)]
  })
  return row => tests.every(test => test(row))
}
