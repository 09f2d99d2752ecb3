import { compareText } from '../../domain/compare.ts'
import type { ServerFilters } from '../../domain/list.ts'
import type { List, PageRequest, VendorPage } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { vendorStatusesOf } from './mapping.ts'
import { isLastPage } from './pages.ts'

type QueryPairs = ReadonlyArray<readonly [name: string, value: string]>

export const createList = (client: OnecloudClient): List => ({
  evidence: 'observed',
  paging: 'offset',
  pageSize: 200,
  ordered: true,
  compareIds: compareText,
  run: async page => await readPage(client, page)
})

async function readPage (client: OnecloudClient, { filters, offset, after, limit }: PageRequest): Promise<VendorPage> {
  const filter = afterFilter(after)
  const page = await client.listServers(offset, limit, [...filter, ...filtersOf(filters)])
  const rows = page.rows.filter(({ server }) => server.status !== 'deleted')
  const isCounted = filter.length === 0 && rows.length === page.rows.length
  const total = page.total ?? (page.rows.length === 0 ? 0 : null)
  return { rows, start: offset, last: isLastPage(page, offset, limit), total: isCounted ? total : null }
}

/** The vendor ignores a filter that it cannot parse; a quote would end the value early. */
const afterFilter = (after: string | null): QueryPairs => after !== null && /^[\w-]+$/.test(after) ? [['filter', `id.gt('${after}')`]] : []

/** Only letters, digits and safe punctuation: how lists and quotes in a value are parsed is not documented. */
const plainName = /^[\p{L}\p{N}._-]+( [\p{L}\p{N}._-]+)*$/u

const filtersOf = ({ name, status }: ServerFilters): QueryPairs => [
  ...(name !== undefined && plainName.test(name) ? [['name', name] as const] : []),
  ...(status === undefined ? [] : vendorStatusesOf(status) ?? []).map(vendorStatus => ['status', vendorStatus] as const)
]
