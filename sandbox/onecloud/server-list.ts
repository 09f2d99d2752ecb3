import type { ServerRow, World } from './world.ts'
import { listForbidden } from './failures.ts'
import { commonTest, pageOf, type ListRules } from './lists.ts'
import { columnsOf, listRecord } from './record.ts'
import { allowedScope, type Caller } from './tokens.ts'
import { isTrue, type Json } from './values.ts'

interface Candidate {
  readonly row: ServerRow
  readonly columns: Json
}

const rulesOf = (world: World, rows: readonly Candidate[]): ListRules =>
  ({ plural: 'servers', inputType: 'ServerListInput', columns: new Set(Object.keys(rows[0]?.columns ?? {})), maxPage: world.behavior.maxPage })

export const listServers = (world: World, caller: Caller, query: URLSearchParams): Json => {
  const rows = chosen(world, ownedBy(world, caller, query), query)
  return pageOf(rows.map(({ row, columns }) => ({ columns, render: () => listRecord(world, row) })), query, rulesOf(world, rows))
}

/**
 * Scope: the caller's own project unless a wider one is asked for and allowed. The legacy flag shows other projects' servers even to an
 * ordinary user.
 */
const ownedBy = (world: World, caller: Caller, query: URLSearchParams): ServerRow[] => {
  const rows = [...world.servers.values()]
  const scope = query.get('scope') ?? 'project'
  if (caller.guest || (scope !== 'project' && !caller.admin)) throw listForbidden('compute', 'servers', scope, allowedScope(caller))
  return isTrue(query.get('admin')) || scope !== 'project' ? rows : rows.filter(row => row.tenantId === caller.projectId)
}

/** Every filter but the owner's. A GET of one record with a query string passes through here too. */
export const chosen = (world: World, rows: readonly ServerRow[], query: URLSearchParams): Candidate[] => {
  const candidates = rows.map(row => ({ row, columns: { ...columnsOf(world, row), tenant_id: row.tenantId } }))
  const common = commonTest(query, rulesOf(world, candidates))
  const bin = query.get('pending_delete') ?? ''
  return candidates.filter(({ row, columns }) => (bin === 'all' || (row.pendingDeletedAt > 0) === isTrue(bin)) && common(columns))
}
