import type { List, PageRequest, VendorPage } from '../verbs.ts'
import { compareText } from '../../domain/compare.ts'
import type { FleioClient } from './client.ts'
import { fromFilters, lackingOf } from './list-filters.ts'
import { withPermissions } from './mapping.ts'
import { pageFor, type NumberedPage } from '../kit/pages.ts'
import { ownSizeOf, placeWithin, type Shown } from './list-pages.ts'
import type { FleioMode } from './settings.ts'

/** Created for each request: facts about the installation that one page shows apply to the following pages. */
export function createList (client: FleioClient, mode: FleioMode): List {
  const learned: Learned = { cut: 0, own: null }
  return {
    evidence: 'documented',
    paging: 'offset',
    pageSize: 200,
    // The vendor cannot sort by id.
    ordered: false,
    compareIds: compareText,
    run: async page => await listPage({ client, learned, filter: fromFilters(page.filters, mode) }, page),
    hydrate: async ({ server }) => await client.getInstance(server.id)
  }
}

interface Learned {
  /** The number of rows of the first page, if it was shorter than requested although more follow; else 0. */
  cut: number
  /** The fixed page size of an installation that ignores `page_size`. */
  own: number | null
}

interface Reading {
  readonly client: FleioClient
  readonly learned: Learned
  readonly filter: Readonly<Record<string, string>>
}

async function listPage (reading: Reading, { filters, offset, limit }: PageRequest): Promise<VendorPage> {
  const page = await readFrom(reading, offset, limit)
  const missing = lackingOf(filters)
  return missing === null ? page : { ...page, rows: page.rows.map(seen => ({ ...seen, missing })) }
}

async function readFrom (reading: Reading, offset: number, limit: number): Promise<VendorPage> {
  const { learned } = reading
  if (learned.own !== null) return await readAligned(reading, placeWithin(offset, learned.own))
  const place = pageFor(offset, limit)
  const read = await readAt(reading, place)
  const isCut = read.more && read.rows.length > 0 && read.rows.length < place.size
  if (place.page === 1 && isCut) learned.cut = read.rows.length
  learned.own = ownSizeOf(read, place, learned.cut)
  if (learned.own !== null) {
    const start = (place.page - 1) * learned.own
    // No page begins at the last row of another; the next page suffices.
    return start <= offset + 1 ? alignedAt(read, start) : await readAligned(reading, placeWithin(offset, learned.own))
  }
  // This installation's pages are smaller than requested, so this page began elsewhere: choose the page again for the real size.
  return place.page > 1 && isCut ? await readFrom(reading, offset, read.rows.length) : toPage(read, place.start)
}

const readAligned = async (reading: Reading, place: NumberedPage): Promise<VendorPage> => alignedAt(await readAt(reading, place), place.start)

const alignedAt = (read: ReadPage, start: number): VendorPage => ({ ...toPage(read, start), aligned: true })

interface ReadPage extends Shown {
  readonly rows: VendorPage['rows']
}

async function readAt ({ client, filter }: Reading, { page, size }: NumberedPage): Promise<ReadPage> {
  const query = new URLSearchParams({ ...filter, ordering: 'created', page: String(page), page_size: String(size) })
  const wire = await client.listInstances(query, page)
  if (wire === null) return { rows: [], total: null, more: false }
  const rows = wire.objects.map(seen => withPermissions(seen, wire.permissions))
  return { rows, total: wire.count ?? wire.totalCount ?? null, more: typeof wire.next === 'string' }
}

function toPage ({ rows, total, more }: ReadPage, start: number): VendorPage {
  const isEnd = !more && (total === null || start + rows.length >= total)
  // The last page ends at the total, so its start follows from its length.
  const begin = !more && total !== null ? Math.max(0, Math.min(start, total - rows.length)) : start
  return { rows, start: begin, last: rows.length === 0 || isEnd, total }
}
