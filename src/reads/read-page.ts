import type { List } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Seen, ServerFilters, SortOrder } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import type { Position } from './cursor.ts'
import { lackingFilters, matches } from './filters.ts'
import { createOrder, positionOf, type Order } from './sort.ts'
import { walk } from './walk.ts'

export interface PageQuery {
  readonly filters: ServerFilters
  readonly sort: SortOrder
  readonly limit: number
  readonly after: Position | null
}

export interface PageRead {
  readonly rows: readonly Seen[]
  /** The start of the next page; null at the end. */
  readonly next: Position | null
  readonly total: number | null
}

const hydrationsAtOnce = 5

/** One page of an account's servers in the requested order, independent of the vendor's pages and order. */
export async function readPage (list: List, query: PageQuery): Promise<PageRead> {
  const read = await readRows(list, query)
  return { ...read, rows: await hydrate(list, read.rows) }
}

/** The same page without hydration: its rows may lack members that no filter concerns. */
export async function readRows (list: List, query: PageQuery): Promise<PageRead> {
  const order = createOrder(query.sort, list.compareIds)
  const found = await collect(list, query, order)
  if (found.isUndecided) return await filterHydrated(list, query, found.rows)
  const more = found.rows.length > query.limit
  const rows = more ? found.rows.slice(0, query.limit) : found.rows
  const next = more ? lastPosition(rows, query.sort) : null
  return { rows, next, total: found.total }
}

interface Found {
  /** In order, after the cursor; one more than a page if there are more; all that may pass if undecided. */
  readonly rows: readonly Seen[]
  readonly total: number | null
  /** Some rows lack a member that a filter concerns. */
  readonly isUndecided: boolean
}

async function collect (list: List, query: PageQuery, order: Order): Promise<Found> {
  const { filters, sort, after } = query
  const wanted = query.limit + 1
  const isFiltered = Object.keys(filters).length > 0
  const inOrder = list.ordered && sort === 'id'
  const limit = inOrder && !isFiltered ? Math.min(list.pageSize, wanted) : list.pageSize
  const firstRows = createFirstRows(order, wanted)
  let matched = 0
  let isUndecided = false
  let previous: ServerFacts | null = null
  let isStillInOrder = inOrder
  let vendorTotal: number | null = null

  for await (const page of walk(list, { filters, limit, after: inOrder ? after?.id ?? null : null })) {
    vendorTotal ??= page.total
    for (const seen of page.rows) {
      const { server } = seen
      if (isStillInOrder && previous !== null && order.compare(previous, server) > 0) isStillInOrder = false
      previous = server
      if (isFiltered) {
        const lacking = lackingFilters(seen, filters)
        if (!matches(server, filters, lacking)) continue
        isUndecided ||= lacking.length > 0
      }
      matched += 1
      if (after === null || order.isAfter(server, after)) firstRows.add(seen, isUndecided)
    }
    if (isStillInOrder && firstRows.size() >= wanted) {
      return { rows: firstRows.sorted(isStillInOrder), total: isFiltered || after !== null ? null : vendorTotal, isUndecided }
    }
  }
  const isReadFromStart = !inOrder || after === null
  return { rows: firstRows.sorted(isStillInOrder), total: isReadFromStart ? matched : null, isUndecided }
}

/** Keeps the first rows in order, or all of them after `keepAll`. Otherwise memory stays within a few pages. */
function createFirstRows (order: Order, wanted: number) {
  let rows: Seen[] = []
  let all = false
  const sort = (): Seen[] => rows.sort((a, b) => order.compare(a.server, b.server))
  return {
    add: (seen: Seen, keepAll: boolean): void => {
      all ||= keepAll
      rows.push(seen)
      if (!all && rows.length >= wanted * 4) rows = sort().slice(0, wanted)
    },
    size: (): number => rows.length,
    /** `areInOrder`: the rows came in order. */
    sorted: (areInOrder: boolean): readonly Seen[] => {
      const inOrder = areInOrder ? rows : sort()
      return all || inOrder.length <= wanted ? inOrder : inOrder.slice(0, wanted)
    }
  }
}

const lastPosition = (rows: readonly Seen[], sort: SortOrder): Position | null => {
  const last = rows.at(-1)
  return last === undefined ? null : positionOf(last.server, sort)
}

/** Hydrates the candidates in order and applies the filters again, until the page is full. */
async function filterHydrated (list: List, query: PageQuery, candidates: readonly Seen[]): Promise<PageRead> {
  const { filters, limit, sort } = query
  const passed: Seen[] = []
  for (let from = 0; from < candidates.length; from += limit + 1) {
    const hydrated = await hydrate(list, candidates.slice(from, from + limit + 1))
    passed.push(...hydrated.filter(seen => matches(seen.server, filters)))
    if (passed.length <= limit) continue
    const rows = passed.slice(0, limit)
    return { rows, next: lastPosition(rows, sort), total: null }
  }
  return { rows: passed, next: null, total: query.after === null ? passed.length : null }
}

/** Hydrates incomplete rows, one call each; a row whose server is gone is left out. */
export async function hydrate (list: List, rows: readonly Seen[]): Promise<readonly Seen[]> {
  const { hydrate } = list
  if (hydrate === undefined || rows.every(seen => seen.missing === undefined)) return rows
  let isAllowed = true
  const hydrateRow = async (seen: Seen): Promise<Seen | null> => {
    if (!isAllowed || seen.missing === undefined) return seen
    try {
      return await hydrate(seen)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      if (error.failure === 'not-found') return null
      if (error.failure !== 'forbidden' && error.failure !== 'authentication') throw error
      // This credential may list servers but not read one: the other rows would be refused too, and keep their unknown members.
      isAllowed = false
      return seen
    }
  }
  const hydrated = await mapAtOnce(rows, hydrationsAtOnce, hydrateRow)
  return hydrated.filter(seen => seen !== null)
}

/** Runs `work` on each item, at most `atOnce` at a time; results in the order of the items. The first failure ends it. */
async function mapAtOnce<T, R> (items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index]
      if (item !== undefined) results[index] = await work(item)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  } catch (error) {
    next = items.length
    throw error
  }
  return results
}
