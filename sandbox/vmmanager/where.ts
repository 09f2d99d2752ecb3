import { compareValues } from '../kit/lists.ts'

interface Comparison {
  readonly field: string
  readonly operator: string
  readonly value: string
}

/** A filter without nesting: alternatives, each of comparisons that all hold. Null is a syntax error. */
export type Condition = ReadonlyArray<readonly Comparison[]>

const pattern = /^([A-Za-z_][\w.]*) (EQ|GT) (?:'([^']*)'|(-?\d+))$/

/** A quote inside a quoted value is a syntax error: no escape is documented. Clients were seen to use EQ, GT, AND and OR. */
export function parseWhere (source: string): Condition | null {
  const alternatives = source.trim().split(' OR ').map(part => part.split(' AND ').map(parseComparison))
  return alternatives.flat().includes(null) ? null : alternatives.map(part => part.filter(comparison => comparison !== null))
}

function parseComparison (source: string): Comparison | null {
  const [, field = '', operator = '', text, number = ''] = pattern.exec(source.trim().replace(/^\((.*)\)$/, '$1')) ?? []
  return field === '' ? null : { field, operator, value: text ?? number }
}

export const fieldsOf = (condition: Condition): string[] => condition.flat().map(({ field }) => field)

/** Null compares as in SQL: it is equal to nothing and more than nothing. A quoted number equals the number. */
export const matches = (condition: Condition, valueOf: (field: string) => unknown): boolean =>
  condition.some(part => part.every(({ field, operator, value }) => {
    const actual = valueOf(field) ?? null
    const order = compareValues(actual, value)
    return actual !== null && (operator === 'EQ' ? order === 0 : order > 0)
  }))
