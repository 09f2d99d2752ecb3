import type { List, VendorPage } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'

export interface Walk {
  readonly filters: ServerFilters
  /** For lists in order of ids: start after this id. */
  readonly after: string | null
  readonly limit: number
}

/** The rows of one vendor page that are new in this walk, and the vendor's count of all rows. */
export interface WalkPage {
  readonly rows: readonly Seen[]
  readonly total: number | null
}

const maximumPages = 5000
const maximumFruitless = 20
/** How many rows before the last one are offered as further starting points of the next key page, if the last one is gone. */
const mostEarlier = 5

/**
 * Reads a vendor's list to its end, each row once. Offset pages are requested with an overlap of one row: if a page has no known row,
 * earlier rows have vanished and later ones have moved ahead of its start, so the walk steps back until it meets a known row. Pages that
 * cannot overlap are read without that check.
 */
export async function * walk (list: List, request: Walk): AsyncGenerator<WalkPage> {
  // The ids of yielded rows that may appear again. Key paging in order of ids repeats none.
  const yielded = new Set<string>()
  let offset = 0
  let after = request.after
  let earlier: readonly string[] = []
  let stepBack = 1
  let fruitless = 0
  for (let pages = 0; pages < maximumPages; pages += 1) {
    const page = await list.run({ filters: request.filters, limit: request.limit, offset, after, earlier })
    const isConnected = yielded.size > 0 && page.rows.some(row => yielded.has(row.server.id))
    const overlaps = list.paging === 'offset' && page.aligned !== true
    if (overlaps && page.start > 0 && !isConnected && stepBack > 0) {
      offset = Math.max(0, page.start - stepBack)
      stepBack *= 2
      if (++fruitless >= maximumFruitless) break
      continue
    }
    const rows = page.rows.filter(row => !yielded.has(row.server.id) && yielded.add(row.server.id))
    const isLast = page.last || page.rows.length === 0
    if (isLast) yielded.clear()
    yield { rows, total: page.total }
    if (isLast) return
    fruitless = rows.length === 0 ? fruitless + 1 : 0
    if (fruitless >= maximumFruitless) break
    if (list.paging === 'key') {
      after = nextKey(list, page, after)
      earlier = page.rows.slice(-1 - mostEarlier, -1).map(({ server }) => server.id).reverse()
      if (list.ordered) for (const id of yielded) if (list.compareIds(id, after) <= 0) yielded.delete(id)
    }
    // A page of a single row leaves no room for an overlap.
    stepBack = overlaps && page.rows.length > 1 ? 1 : 0
    offset = page.start + page.rows.length - stepBack
  }
  throw new UpstreamError('malformed', 'the provider\'s list does not end')
}

function nextKey (list: List, page: VendorPage, after: string | null): string {
  const last = page.rows.at(-1)?.server.id
  const isBehind = last === after || (list.ordered && last !== undefined && after !== null && list.compareIds(last, after) < 0)
  if (last === undefined || isBehind) {
    throw new UpstreamError('malformed', 'the provider\'s list does not advance')
  }
  return last
}
