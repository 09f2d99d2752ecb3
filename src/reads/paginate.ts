import { compareText } from '../domain/compare.ts'
import type { Cursors } from './cursor.ts'

export interface PageRequest {
  readonly limit: number
  readonly cursor: string | null
}

export interface Page<Row> {
  readonly data: readonly Row[]
  readonly page: { readonly limit: number, readonly next_cursor: string | null, readonly total: number | null }
}

export interface Paging<Row> {
  /** The unique key of a row. */
  readonly keyOf: (row: Row) => string
  /** Everything that shapes the list; a cursor is bound to it. */
  readonly bound: readonly unknown[]
}

/**
 * One page of rows that are all in memory, in the order of their keys. A row that exists throughout is returned once, even if others appear
 * and disappear between the pages.
 */
export function pageOf<Row> (cursors: Cursors, rows: readonly Row[], query: PageRequest, { keyOf, bound }: Paging<Row>): Page<Row> {
  const shape = JSON.stringify(bound)
  const after = query.cursor === null ? null : cursors.read(query.cursor, shape).id
  const keyed = new Map(rows.map(row => [keyOf(row), row]))
  const keys = [...keyed.keys()].sort(compareText).filter(key => after === null || compareText(key, after) > 0)
  const shown = keys.slice(0, query.limit)
  const last = shown.at(-1)
  const more = keys.length > shown.length && last !== undefined
  return {
    data: shown.flatMap(key => keyed.get(key) ?? []),
    page: { limit: query.limit, next_cursor: more ? cursors.write({ value: null, id: last }, shape) : null, total: keyed.size }
  }
}
