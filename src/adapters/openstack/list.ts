import { compareText } from '../../domain/compare.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { Seen, ServerFilters } from '../../domain/list.ts'
import { noServer } from '../kit/ids.ts'
import type { List, PageRequest, VendorPage } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { listFailure, markerFailure } from './failures.ts'
import { toFilter, withPlan } from './mapping.ts'

export const createList = (client: OpenstackClient): List => ({
  evidence: 'observed',
  cost: { calls: 1, perPage: 1 },
  note: 'Uses compute microversion 2.79, or the newest that the cloud has, at least 2.60; chosen at sign-in.',
  paging: 'key',
  pageSize: 500,
  // New servers come first, and those without a host before all others, whatever sort order is requested.
  ordered: false,
  compareIds: compareText,
  run: async page => await listPage(client, page)
})

/** A server in the cloud's recycle bin, or one that has been deleted and is still shown, counts as missing. */
export async function getServer (client: OpenstackClient, id: string): Promise<Seen> {
  const seen = await client.getServer(id)
  if (seen.server.status === 'deleted') throw noServer()
  return withPlan(seen, await client.flavors())
}

async function listPage (client: OpenstackClient, { filters, after, earlier = [], limit }: PageRequest): Promise<VendorPage> {
  const { rows, hasMore } = await readAfter(client, toQuery(filters, limit), after === null ? [] : [after, ...earlier])
  const flavors = rows.length === 0 ? [] : await client.flavors()
  return { rows: rows.map(seen => withPlan(seen, flavors)), start: 0, last: rows.length === 0 || !hasMore, total: null }
}

/** If the marker's row no longer exists, the row before it is used, and finally the beginning of the list. */
async function readAfter (
  client: OpenstackClient, query: URLSearchParams, [marker, ...others]: readonly string[]
): ReturnType<OpenstackClient['listServers']> {
  if (marker === undefined) return await client.listServers(query, listFailure)
  try {
    return await client.listServers(new URLSearchParams([...query, ['marker', marker]]), markerFailure)
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.failure !== 'not-found') throw error
    return await readAfter(client, query, others)
  }
}

/** Nova reads the name as a regular expression, so only plain names are sent. */
const plainName = /^[A-Za-z0-9_-]+$/

function toQuery ({ status, name, tag }: ServerFilters, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) })
  for (const vendorStatus of status === undefined ? [] : toFilter(status)) query.append('status', vendorStatus)
  if (name !== undefined && plainName.test(name)) query.set('name', `^${name}$`)
  if (tag !== undefined && /^[^,]+$/.test(tag)) query.set('tags', tag)
  return query
}
