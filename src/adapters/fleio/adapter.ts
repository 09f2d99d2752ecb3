import type { Accepted, Adapter, List, PageRequest, VendorPage } from '../contract.js'
import { compareText } from '../../domain/compare.js'
import { UpstreamError } from '../../domain/failure.js'
import { signIn } from './auth.js'
import { createClient, type FleioClient } from './client.js'
import { fromFilters, lackingOf } from './filters.js'
import { withPermissions } from './mapping.js'
import { placeFor, type Place } from './paging.js'
import { example, fleioAccountSchema, modeOf, type FleioAccount, type FleioMode } from './settings.js'

export const fleio: Adapter<FleioAccount> = {
  id: 'fleio',
  title: 'Fleio',
  account: fleioAccountSchema,
  example,
  // Which hypervisor it is concerns the hosting company, not whoever may read servers here.
  secretMembers: ['host_name', 'hostId'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account, upstream)
    return {
      list: createList(client, modeOf(account.url) ?? 'enduser'),
      get: {
        evidence: 'observed',
        run: async id => await client.getInstance(idOf(id))
      },
      start: {
        evidence: 'documented',
        run: async id => await toAccepted(client.act(idOf(id), 'start'))
      },
      stop: {
        evidence: 'documented',
        run: async id => await toAccepted(client.act(idOf(id), 'stop'))
      },
      reboot: {
        evidence: 'observed',
        note: 'The guest is asked to restart; there is no reset.',
        run: async id => await toAccepted(client.act(idOf(id), 'reboot'))
      }
    }
  }
}

/** Ids are UUIDs in lower case; another spelling could name the same server past a guard. */
function idOf (id: string): string {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) throw new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })
  return id
}

/** The answer is a sentence: there is no job to follow, the server is looked at instead. */
async function toAccepted (answer: Promise<unknown>): Promise<Accepted> {
  await answer
  return {}
}

const createList = (client: FleioClient, mode: FleioMode): List => ({
  evidence: 'documented',
  paging: 'offset',
  pageSize: 200,
  // Ids can not be ordered by.
  ordered: false,
  compareIds: compareText,
  run: async page => await listPage(client, mode, page),
  complete: async ({ server }) => await client.getInstance(server.id)
})

async function listPage (client: FleioClient, mode: FleioMode, { filters, offset, limit }: PageRequest): Promise<VendorPage> {
  const filter = fromFilters(filters, mode)
  const place = placeFor(offset, limit)
  const read = await readAt(client, filter, place)
  // This installation's pages are smaller than asked, so this page began elsewhere: the place is chosen anew within its size.
  const isCut = place.page > 1 && read.more && read.rows.length > 0 && read.rows.length < place.size
  const { more, ...page } = isCut ? await readAt(client, filter, placeFor(offset, read.rows.length)) : read
  const lacks = lackingOf(filters)
  return lacks === null ? page : { ...page, rows: page.rows.map(seen => ({ ...seen, lacks })) }
}

interface ReadPage extends VendorPage {
  /** The vendor has a link to a next page. It is never followed: behind a proxy it may lead elsewhere, with the token. */
  readonly more: boolean
}

async function readAt (client: FleioClient, filter: Readonly<Record<string, string>>, { page, size, start }: Place): Promise<ReadPage> {
  const query = new URLSearchParams({ ...filter, ordering: 'created', page: String(page), page_size: String(size) })
  const wire = await client.listInstances(query, page)
  if (wire === null) return { rows: [], start, last: true, total: null, more: false }
  const rows = wire.objects.map(seen => withPermissions(seen, wire.permissions))
  const total = wire.count ?? wire.totalCount ?? null
  const more = typeof wire.next === 'string'
  const isEnd = !more && (total === null || start + rows.length >= total)
  // The last rows end at the total, wherever the page was thought to begin.
  const begin = !more && total !== null ? Math.max(0, Math.min(start, total - rows.length)) : start
  return { rows, start: begin, last: rows.length === 0 || isEnd, total, more }
}
