import { compareText } from '../../domain/compare.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { Seen, ServerFilters } from '../../domain/list.ts'
import type { Get, List, PageRequest, VendorPage } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'
import { hasNext } from './catalog-schema.ts'
import type { OpenstackClient } from './client.ts'
import { callFailure, listFailure, type ToFailure } from './failures.ts'
import { noServer } from '../kit/ids.ts'
import { withPlan } from './mapping.ts'
import { wordsOf } from './mapping-statuses.ts'

export const createList = (client: OpenstackClient, catalog: CatalogClient): List => ({
  evidence: 'observed',
  cost: { calls: 1, perPage: 1 },
  note: 'Compute microversion 2.79, or the newest that the cloud has from 2.60 on; chosen at sign-in.',
  paging: 'key',
  pageSize: 500,
  // New servers come first, and those without a host before all others, whatever sort is asked for.
  ordered: false,
  compareIds: compareText,
  run: async page => await listPage(client, catalog, page)
})

export const createGet = (client: OpenstackClient, catalog: CatalogClient): Get => ({
  evidence: 'observed',
  cost: { calls: 1, perPage: 1 },
  run: async id => await getServer(client, catalog, id)
})

/** A server in the recycle bin of the cloud, or about to vanish, counts as missing. */
export async function getServer (client: OpenstackClient, catalog: CatalogClient, id: string): Promise<Seen> {
  const seen = await client.getServer(id)
  if (seen.server.status === 'deleted') throw noServer()
  return withPlan(seen, await catalog.flavors())
}

async function listPage (client: OpenstackClient, catalog: CatalogClient, { filters, after, earlier = [], limit }: PageRequest): Promise<VendorPage> {
  const read = async (marker: string | null): Promise<VendorPage> => {
    const { servers, servers_links: links } = await client.listServers(toQuery(filters, limit, marker), marker === null ? listFailure : markerFailure)
    return { rows: servers, start: 0, last: servers.length === 0 || !hasNext(links), total: null }
  }
  const page = await readAfter(read, after, earlier)
  if (page.rows.length === 0) return page
  const flavors = await catalog.flavors()
  return { ...page, rows: page.rows.map(seen => withPlan(seen, flavors)) }
}

/** A marker that is gone for good is replaced by the row before it, and in the end the list is read from its beginning. */
async function readAfter (read: (marker: string | null) => Promise<VendorPage>, after: string | null, earlier: readonly string[]): Promise<VendorPage> {
  for (const marker of after === null ? [] : [after, ...earlier]) {
    const page = await read(marker).catch((error: unknown) => {
      if (error instanceof UpstreamError && error.failure === 'not-found') return null
      throw error
    })
    if (page !== null) return page
  }
  return await read(null)
}

/** `marker […] not found` is a 400. */
const markerFailure: ToFailure = response => {
  const facts = callFailure(response)
  return facts.failure === 'rejected' && /\bmarker\b/.test(facts.vendorMessage ?? '') ? { ...facts, failure: 'not-found' } : listFailure(response)
}

/** The name is a regular expression of the cloud's database, so only a plain one is sent. */
const plainName = /^[A-Za-z0-9_-]+$/

function toQuery ({ status, name, tag }: ServerFilters, limit: number, marker: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit), ...(marker === null ? {} : { marker }) })
  for (const word of status === undefined ? [] : wordsOf(status) ?? []) query.append('status', word)
  if (name !== undefined && plainName.test(name)) query.set('name', `^${name}$`)
  if (tag !== undefined && /^[^,]+$/.test(tag)) query.set('tags', tag)
  return query
}
