import type { List } from '../verbs.ts'
import { compareNumericIds } from '../../domain/compare.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { VmmanagerClient } from './client.ts'
import { idOf } from './ids.ts'
import { isLastPage } from './pages.ts'

/** Escaping of quotes and wildcards in a filter is not documented: only names that need none are sent. */
const plainName = /^[A-Za-z0-9._-]{1,100}$/

export const createList = (client: VmmanagerClient): List => ({
  evidence: 'documented',
  paging: 'key',
  pageSize: 200,
  ordered: true,
  compareIds: compareNumericIds,
  run: async ({ filters, after, limit }) => {
    const name = filters.name !== undefined && plainName.test(filters.name) ? filters.name : undefined
    const { list, size } = await client.listHosts({ name, after: after === null ? null : idOf(after), limit })
    const last = isLastPage({ list, size }, limit)
    // Whether `size` counts the page or all matches is not documented: for a full page it may be either.
    const isTotal = after === null && typeof size === 'number' && (last ? size === list.length : size > list.length)
    return { rows: list, start: 0, last, total: isTotal ? size : null }
  }
})

export async function findServer (client: VmmanagerClient, id: string): Promise<Seen> {
  const { list } = await client.findHost(id)
  const seen = list.find(({ server }) => server.id === id)
  if (seen === undefined) throw new UpstreamError('not-found', 'the provider has no server with this id')
  return seen
}
