import { canonicalAddress } from '../../domain/address.ts'
import { compareNumericIds } from '../../domain/compare.ts'
import type { Seen, ServerFilters } from '../../domain/list.ts'
import { pageFor } from '../kit/pages.ts'
import type { List, PageRequest, VendorPage } from '../verbs.ts'
import { pageSize, type HetznerClient, type Query } from './client.ts'
import { isHostName, labelOf } from './ids.ts'
import { isInNetwork, toFloating, vendorStatusesOf } from './mapping.ts'
import { floatingIdsWire, type IpWire } from './schema.ts'

/** Created for each request: the floating addresses are read once for all of its pages, and only if a server has one. */
export function createList (client: HetznerClient): List {
  const withFloating = createFloating(client)
  return {
    evidence: 'documented',
    paging: 'offset',
    pageSize,
    ordered: true,
    compareIds: compareNumericIds,
    run: async page => await listPage(client, withFloating, page)
  }
}

type Complete = (seen: readonly Seen[]) => Promise<readonly Seen[]>

async function listPage (client: HetznerClient, complete: Complete, { filters, offset, limit }: PageRequest): Promise<VendorPage> {
  const statuses = filters.status === undefined ? null : vendorStatusesOf(filters.status)
  if (statuses?.length === 0) return { rows: [], start: 0, last: true, total: 0 }
  const { page, size, start } = pageFor(offset, limit)
  const { rows, pagination } = await client.listServers([
    ['sort', 'id:asc'], ['page', String(page)], ['per_page', String(size)], ...filterQuery(filters),
    ...(statuses ?? []).map(status => ['status', status] as const)
  ])
  const hasNext = pagination === null ? rows.length >= size : typeof pagination.next_page === 'number'
  return {
    rows: (await complete(rows)).map(seen => withRequested(seen, filters.ip)),
    start,
    last: rows.length === 0 || !hasNext,
    total: pagination?.total_entries ?? null
  }
}

/** The gateway filters by address, so a requested one within the server's network is added to its addresses. */
function withRequested (seen: Seen, ip: string | undefined): Seen {
  const { server } = seen
  const network = ip === undefined ? undefined : server.addresses.find(address => isInNetwork(address, ip))
  if (ip === undefined || network === undefined || network.address === canonicalAddress(ip)) return seen
  return { ...seen, server: { ...server, addresses: [...server.addresses, { ...network, address: canonicalAddress(ip), primary: false }] } }
}

/** The vendor might refuse an impossible name, and a selector has no quoting: the gateway alone applies such filters. */
function filterQuery ({ name, tag }: ServerFilters): Query {
  const label = tag === undefined ? null : labelOf(tag)
  return [
    ...(name !== undefined && isHostName(name) ? [['name', name] as const] : []),
    ...(label === null ? [] : [['label_selector', label.value === '' ? label.key : `${label.key}==${label.value}`] as const])
  ]
}

/** A server's record has only the ids of its floating addresses. */
export function createFloating (client: HetznerClient): Complete {
  let read: Promise<ReadonlyMap<string, IpWire>> | null = null
  const readOnce = async (): Promise<ReadonlyMap<string, IpWire>> =>
    await (read ??= client.ips('floating').then(rows => new Map(rows.map(row => [row.id, row]))))
  return async rows => {
    const ids = new Map(rows.map(seen => [seen, floatingIdsWire.parse(seen.raw)]))
    if ([...ids.values()].every(({ length }) => length === 0)) return rows
    const floating = await readOnce()
    return rows.map(seen => {
      const added = (ids.get(seen) ?? []).flatMap(id => {
        const row = floating.get(id)
        return row === undefined ? [] : toFloating(row) ?? []
      })
      return added.length === 0 ? seen : { ...seen, server: { ...seen.server, addresses: [...seen.server.addresses, ...added] } }
    })
  }
}
