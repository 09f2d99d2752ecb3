import type { List, PageRequest, VendorPage } from '../verbs.ts'
import { compareNumericIds } from '../../domain/compare.ts'
import type { HeficedClient } from './client.ts'
import { ownedBy } from './mapping.ts'
import { isLast } from './pages.ts'
import type { HeficedAccount } from './settings.ts'

export const createList = (account: HeficedAccount, client: HeficedClient): List => ({
  evidence: 'documented',
  paging: 'offset',
  // The vendor's own default; its maximum is unknown, so never more.
  pageSize: 200,
  // Neither the order of rows nor how to ask for one is documented.
  ordered: false,
  compareIds: compareNumericIds,
  run: async page => await listPage(account, client, page)
})

async function listPage (account: HeficedAccount, client: HeficedClient, { filters, offset, limit }: PageRequest): Promise<VendorPage> {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset) })
  // Ours is `running` only where the vendor's word is; a server in rescue or under cancellation has it too.
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
