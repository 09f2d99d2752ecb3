import type { List } from '../verbs.ts'
import { compareNumericIds } from '../../domain/compare.ts'
import type { HeficedClient } from './client.ts'
import { ownedBy } from './mapping.ts'
import { isLast } from './pages.ts'
import type { HeficedAccount } from './settings.ts'

export const createList = (account: HeficedAccount, client: HeficedClient): List => ({
  evidence: 'documented',
  paging: 'offset',
  // The vendor's default; its maximum is not documented.
  pageSize: 200,
  // Neither the order of rows nor a parameter for it is documented.
  ordered: false,
  compareIds: compareNumericIds,
  run: async ({ filters, offset, limit }) => {
    const query = new URLSearchParams({ limit: String(limit), offset: String(offset) })
    // Our `running` always has the vendor's `running`, but so has a server in rescue or under cancellation.
    if (filters.status?.size === 1 && filters.status.has('running')) query.set('status', 'running')
    const wire = await client.listInstances(query)
    const total = wire.metadata?.paging?.total ?? null
    return {
      rows: wire.data.map(seen => ownedBy(account.organization_id, seen)),
      start: offset,
      last: isLast(wire, offset + wire.data.length),
      total: query.has('status') ? null : total
    }
  }
})
