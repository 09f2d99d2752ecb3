import type { List, PageRequest, VendorPage } from '../verbs.ts'
import { compareText } from '../../domain/compare.ts'
import type { ServerFilters } from '../../domain/list.ts'
import type { OnecloudClient } from './client.ts'
import { scopeQuery } from './pages.ts'
import type { OnecloudAccount } from './settings.ts'
import { wordsOf } from './mapping-statuses.ts'

export const createList = (client: OnecloudClient, account: OnecloudAccount): List => ({
  evidence: 'observed',
  paging: 'offset',
  pageSize: 200,
  ordered: true,
  compareIds: compareText,
  run: async page => await listPage(client, account, page)
})

/** A page of `GET /servers`. Never with `admin`, which shows other projects' servers even to ordinary users. */
async function listPage (client: OnecloudClient, account: OnecloudAccount, page: PageRequest): Promise<VendorPage> {
  const { offset, limit } = page
  const hint = hintOf(page.after)
  const { servers, total } = await client.listServers(toQuery(account, page, hint))
  const rows = servers.filter(({ server }) => server.status !== 'deleted')
  const end = offset + servers.length
  const last = servers.length === 0 || (typeof total === 'number' ? end >= total : servers.length < limit)
  const whole = total ?? (servers.length === 0 ? 0 : null)
  return { rows, start: offset, last, total: hint === null && rows.length === servers.length ? whole : null }
}

function toQuery (account: OnecloudAccount, { filters, offset, limit }: PageRequest, hint: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset), order_by: 'id', order: 'asc', ...scopeQuery(account) })
  if (hint !== null) query.set('filter', hint)
  for (const [key, value] of filterPairs(filters)) query.append(key, value)
  return query
}

/** The vendor ignores a filter that it cannot parse; a quote would end the value early. */
const hintOf = (after: string | null): string | null =>
  after !== null && /^[\w-]+$/.test(after) ? `id.gt('${after}')` : null

/** Only letters, digits and safe punctuation: how lists and quotes in a value are parsed is not documented. */
const plainName = /^[\p{L}\p{N}._-]+( [\p{L}\p{N}._-]+)*$/u

function filterPairs (filters: ServerFilters): Array<readonly [string, string]> {
  const names = filters.name !== undefined && plainName.test(filters.name) ? [['name', filters.name] as const] : []
  const words = filters.status === undefined ? null : wordsOf(filters.status)
  return [...names, ...(words ?? []).map(word => ['status', word] as const)]
}
