import type { Json } from './values.ts'

export type Test = (row: Json) => boolean

/** Splits `a,'b,c',"d"`; quotes keep commas together. */
const splitValues = (text: string): string[] => {
  const values: string[] = []
  const pattern = /\s*(?:'([^']*)'|"([^"]*)"|([^,]*))\s*(?:,|$)/y
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) break
    values.push(match[1] ?? match[2] ?? match[3]?.trim() ?? '')
  }
  return values
}

const textIn = (value: unknown): string =>
  value === true ? '1' : value === false ? '0' : value === undefined || value === null ? '' : String(value).toLowerCase()

/** The database compares without regard to case and keeps booleans as 0 and 1. */
const wanted = (value: unknown, text: string): string => {
  const lower = text.toLowerCase()
  return typeof value === 'boolean' && (lower === 'true' || lower === 'false') ? (lower === 'true' ? '1' : '0') : lower
}

export const sameValue = (value: unknown, text: string): boolean => textIn(value) === wanted(value, text)

export const compareValues = (left: unknown, right: unknown): number => {
  if (typeof left === 'number' && right !== '' && Number.isFinite(Number(right))) return left - Number(right)
  const a = textIn(left)
  const b = textIn(right)
  return a < b ? -1 : a > b ? 1 : 0
}

const isLike = (value: unknown, pattern: string): boolean => {
  const source = pattern.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*').replaceAll('_', '.')
  return new RegExp(`^${source}$`, 's').test(textIn(value))
}

type Operator = (value: unknown, values: readonly string[]) => boolean

const some = (test: (value: unknown, text: string) => boolean): Operator => (value, values) => values.some(text => test(value, text))

const operators = new Map<string, Operator>([
  ['in', some(sameValue)],
  ['notin', (value, values) => !values.some(text => sameValue(value, text))],
  ['equals', some(sameValue)],
  ['notequals', (value, values) => !values.some(text => sameValue(value, text))],
  ['between', (value, [low = '', high = '']) => compareValues(value, low) >= 0 && compareValues(value, high) <= 0],
  ['ge', (value, [text = '']) => compareValues(value, text) >= 0],
  ['gt', (value, [text = '']) => compareValues(value, text) > 0],
  ['le', (value, [text = '']) => compareValues(value, text) <= 0],
  ['lt', (value, [text = '']) => compareValues(value, text) < 0],
  ['like', some(isLike)],
  ['contains', some((value, text) => textIn(value).includes(text.toLowerCase()))],
  ['startswith', some((value, text) => textIn(value).startsWith(text.toLowerCase()))],
  ['endswith', some((value, text) => textIn(value).endsWith(text.toLowerCase()))],
  ['isnull', value => value === undefined || value === null || value === ''],
  ['isnotnull', value => value !== undefined && value !== null && value !== ''],
  ['isempty', value => textIn(value) === ''],
  ['isnotempty', value => textIn(value) !== ''],
  ['isnullorempty', value => textIn(value) === '']
])

export interface Clause {
  readonly column: string
  readonly test: (value: unknown) => boolean
}

/** `column.op(value,…)`; undefined for anything else, which the vendor ignores without a word. */
export const parseClause = (text: string): Clause | undefined => {
  const match = /^\s*(\w+)\.(\w+)\((.*)\)\s*$/s.exec(text)
  const operator = operators.get(match?.[2]?.toLowerCase() ?? '')
  const column = match?.[1]
  if (column === undefined || operator === undefined) return undefined
  const values = splitValues(match?.[3] ?? '')
  return { column, test: value => operator(value, values) }
}

/** Clauses on unknown columns fall away, so a mistyped filter gives the whole list. */
export const filterTest = (clauses: readonly string[], columns: ReadonlySet<string>, any: boolean): Test => {
  const known = clauses.map(parseClause).filter(clause => clause !== undefined).filter(clause => columns.has(clause.column))
  if (known.length === 0) return () => true
  return row => any
    ? known.some(clause => clause.test(row[clause.column]))
    : known.every(clause => clause.test(row[clause.column]))
}
