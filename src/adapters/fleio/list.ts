import { isIPv4 } from 'node:net'
import type { List, VendorPage } from '../verbs.ts'
import { compareText } from '../../domain/compare.ts'
import type { FilterName, ServerFilters } from '../../domain/list.ts'
import { pageFor, type NumberedPage } from '../kit/pages.ts'
import type { FleioClient } from './client.ts'
import { withPermissions } from './mapping.ts'
import type { FleioMode } from './settings.ts'

/** Created for each request: facts about the installation that one page shows apply to the following pages. */
export function createList (client: FleioClient, mode: FleioMode): List {
  const installation: Installation = { cut: 0, fixed: null }
  return {
    evidence: 'documented',
    paging: 'offset',
    pageSize: 200,
    // The vendor cannot sort by id.
    ordered: false,
    compareIds: compareText,
    run: async ({ filters, offset, limit }) => {
      const query = fromFilters(filters, mode)
      const page = await readFrom(installation, async request => await readAt(client, query, request), offset, limit)
      const missing = missingFor(filters)
      return missing === null ? page : { ...page, rows: page.rows.map(seen => ({ ...seen, missing })) }
    },
    hydrate: async ({ server }) => await client.getInstance(server.id)
  }
}

/** Texts that the vendor converts to other values. */
const constants = new Set(['null', 'true', 'false'])

/**
 * The filters that lose no matching row; the gateway applies the others. `filtering` is preferred over plain parameters,
 * which refuse an unknown region. Its conditions are joined with a plus sign, which must be sent as %2B, and have no
 * quoting.
 */
function fromFilters ({ name = '', owner = '', region = '', ip = '' }: ServerFilters, mode: FleioMode): Record<string, string> {
  const conditions = [
    ...(mode === 'staff' && /^\d{1,9}$/.test(owner) ? [`project__service__client__id:${owner}`] : []),
    ...(/^[\w.-]+$/.test(region) && !constants.has(region.toLowerCase()) ? [`region:${region}`] : [])
  ]
  return {
    ...(conditions.length === 0 ? {} : { filtering: conditions.join('+') }),
    // The vendor trims spaces, and its collation of other scripts is not known.
    ...(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(name) ? { name } : {}),
    // An IPv6 address has many spellings, and the vendor compares texts.
    ...(isIPv4(ip) ? { search: ip } : {})
  }
}

/**
 * Rows of a list have one address of a server. The others are declared missing only if the filters need them, because a
 * row with missing members costs a call when it is shown. `q` can match an address only if it consists of its characters.
 */
const missingFor = ({ ip, q }: ServerFilters): readonly FilterName[] | null =>
  ip !== undefined || (q !== undefined && /^[\da-f:.]+$/i.test(q)) ? ['ip', 'q'] : null

interface Installation {
  /** The number of rows of the first page, if it was shorter than requested although more follow; else 0. */
  cut: number
  /** The size of all pages of an installation that ignores `page_size`. */
  fixed: number | null
}

interface PageAnswer {
  readonly rows: VendorPage['rows']
  readonly total: number | null
  /** The vendor has a link to a next page. It is never followed: behind a proxy it may lead elsewhere, with the token. */
  readonly more: boolean
}

type ReadPage = (request: NumberedPage) => Promise<PageAnswer>

async function readAt (client: FleioClient, filters: Readonly<Record<string, string>>, { page, size }: NumberedPage): Promise<PageAnswer> {
  const query = new URLSearchParams({ ...filters, ordering: 'created', page: String(page), page_size: String(size) })
  const wire = await client.listInstances(query, page)
  if (wire === null) return { rows: [], total: null, more: false }
  const rows = wire.objects.map(seen => withPermissions(seen, wire.permissions))
  return { rows, total: wire.count ?? wire.totalCount ?? null, more: typeof wire.next === 'string' }
}

async function readFrom (installation: Installation, read: ReadPage, offset: number, limit: number): Promise<VendorPage> {
  if (installation.fixed !== null) return await readAligned(read, offset, installation.fixed)
  const request = pageFor(offset, limit)
  const answer = await read(request)
  const isCut = answer.more && answer.rows.length > 0 && answer.rows.length < request.size
  if (request.page === 1 && isCut) installation.cut = answer.rows.length
  installation.fixed = fixedSizeOf(answer, request, installation.cut)
  if (installation.fixed !== null) {
    const start = (request.page - 1) * installation.fixed
    // No page begins at the last row of another; the next page suffices.
    return start <= offset + 1 ? { ...toPage(answer, start), aligned: true } : await readAligned(read, offset, installation.fixed)
  }
  // This installation's pages are smaller than requested, so this page began elsewhere: choose the page again for the real size.
  return request.page > 1 && isCut ? await readFrom(installation, read, offset, answer.rows.length) : toPage(answer, request.start)
}

/** The page with the row at an offset, if all pages have one fixed size. */
async function readAligned (read: ReadPage, offset: number, size: number): Promise<VendorPage> {
  const index = Math.floor(offset / size)
  const start = index * size
  return { ...toPage(await read({ page: index + 1, size, start }), start), aligned: true }
}

/**
 * The fixed page size, if an answer shows that the vendor ignores the requested size: it has more rows than that, or last
 * rows that fit only after pages as long as the first one (`cut`). Null if no answer shows it.
 */
function fixedSizeOf ({ rows, total, more }: PageAnswer, { page, size, start }: NumberedPage, cut: number): number | null {
  if (rows.length > size && (page > 1 || more)) return Math.max(cut, rows.length)
  if (more || total === null || cut === 0 || rows.length === 0 || page === 1) return null
  const begin = total - rows.length
  return begin > start && begin === (page - 1) * cut ? cut : null
}

function toPage ({ rows, total, more }: PageAnswer, start: number): VendorPage {
  const isEnd = !more && (total === null || start + rows.length >= total)
  // The last page ends at the total, so its start follows from its length.
  const begin = !more && total !== null ? Math.max(0, Math.min(start, total - rows.length)) : start
  return { rows, start: begin, last: rows.length === 0 || isEnd, total }
}
