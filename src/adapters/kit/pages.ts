import { UpstreamError } from '../../domain/failure.ts'

export interface VendorRows<Row, Position> {
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
