import { UpstreamError } from '../../domain/failure.ts'

interface VendorRows<Row, Position> {
  readonly rows: readonly Row[]
  /** Where the next page begins; null at the end. */
  readonly next: Position | null
}

const mostPages = 100

/** Every row of a vendor's list, page by page, each id once. A list of over 100 pages, or a page without a new row, is `malformed`. */
export const readAllPages = async <Row extends { readonly id: string }, Position>(
  first: Position, read: (position: Position) => Promise<VendorRows<Row, Position>>
): Promise<Row[]> => await readAllRows(first, read, ({ id }) => id)

/** The same for rows that something else than an id identifies. */
export async function readAllRows<Row, Position> (
  first: Position, read: (position: Position) => Promise<VendorRows<Row, Position>>, idOf: (row: Row) => string
): Promise<Row[]> {
  const found = new Map<string, Row>()
  let position: Position = first
  for (let pages = 0; pages < mostPages; pages += 1) {
    const before = found.size
    const { rows, next } = await read(position)
    for (const row of rows) found.set(idOf(row), row)
    if (next === null) return [...found.values()]
    if (found.size === before) break
    position = next
  }
  throw new UpstreamError('malformed', 'the provider\'s list does not end')
}

/** One page of a vendor that numbers its pages. */
export interface NumberedPage {
  readonly page: number
  readonly size: number
  /** The offset of its first row. */
  readonly start: number
}

/**
 * The page to read for an offset: it begins at or shortly before it, and is long. An early row costs double: it is read
 * again, and shortens the useful rest of the page. Every page of more than one row brings a new row.
 */
export function pageFor (offset: number, limit: number): NumberedPage {
  if (offset === 0) return { page: 1, size: limit, start: 0 }
  let best = { size: 1, worth: 1 }
  for (let size = Math.min(limit, offset); size > 1; size -= 1) {
    const worth = size - 2 * (offset % size)
    if (worth > best.worth) best = { size, worth }
  }
  const { size } = best
  const before = Math.floor(offset / size)
  return { page: before + 1, size, start: before * size }
}
