import type { Json } from './values.ts'

export type Test = (row: Json) => boolean

const textIn = (value: unknown): string =>
  value === true ? '1' : value === false ? '0' : value === undefined || value === null ? '' : String(value).toLowerCase()

/** The database compares without regard to case and keeps booleans as 0 and 1. */
export const sameValue = (value: unknown, text: string): boolean => {
  const lower = text.toLowerCase()
  const flag = new Map([['true', '1'], ['false', '0']]).get(lower)
  return textIn(value) === (typeof value === 'boolean' ? flag ?? lower : lower)
}

export const compareValues = (left: unknown, right: unknown): number => {
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
export const filterTest = (clauses: readonly string[], columns: ReadonlySet<string>): Test => {
  const tests = clauses.flatMap(clause => {
    const [, column = '', name = '', list = ''] = /^\s*(\w+)\.(\w+)\((.*)\)\s*$/s.exec(clause) ?? []
    const operator = operators.get(name)
    const values = list.split(',').map(text => text.trim().replace(/^(['"])(.*)\1$/, '$2'))
    return operator === undefined || !columns.has(column) ? [] : [(row: Json) => operator(row[column], values)]
  })
  return row => tests.every(test => test(row))
}
