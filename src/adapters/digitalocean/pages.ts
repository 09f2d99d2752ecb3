import { readAllRows } from '../kit/pages.ts'
import type { PageWire } from './schema.ts'

/** The vendor's maximum. */
export const pageSize = 200

export const pageQuery = (page: number, size: number, more: Readonly<Record<string, string>> = {}): URLSearchParams =>
  new URLSearchParams({ ...more, page: String(page), per_page: String(size) })

/** Nothing follows: the vendor has no link to a next page, and the count of rows does not contradict it. */
export const isEnd = ({ rows, hasNext, total }: PageWire<unknown>, start: number, size: number): boolean =>
  rows.length === 0 || (!hasNext && (rows.length < size || total === null || start + rows.length >= total))

/** Every row of a list, each id once. */
export const readAll = async <Row>(read: (query: URLSearchParams) => Promise<PageWire<Row>>, idOf: (row: Row) => string, more: Readonly<Record<string, string>> = {}): Promise<Row[]> =>
  await readAllRows(1, async page => {
    const wire = await read(pageQuery(page, pageSize, more))
    return { rows: wire.rows, next: isEnd(wire, (page - 1) * pageSize, pageSize) ? null : page + 1 }
  }, idOf)
