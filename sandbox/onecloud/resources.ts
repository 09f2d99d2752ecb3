import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { listForbidden, noHandler, notFound, objectForbidden } from './failures.ts'
import { commonTest, pageOf } from './lists.ts'
import { sameValue } from './filters.ts'
import { allowedScope, callerOf, type Caller } from './tokens.ts'
import { isTrue, tidy, type Json } from './values.ts'
import { deleteSnapshot } from './snapshots.ts'

export interface Collection {
  readonly word: string
  readonly service: string
  /** The rows that a caller may see: all, the project's own, or the user's own. */
  readonly owner: 'shared' | 'project' | 'user'
  /** Query keys that filter by an equal column. */
  readonly filters: readonly string[]
}

export const collections: ReadonlyMap<string, Collection> = new Map<string, Collection>(([
  ['cloudregion', 'shared', []], ['zone', 'shared', []], ['serversku', 'shared', ['provider', 'enabled']], ['network', 'shared', ['server_type']],
  ['keypair', 'user', []], ['eip', 'project', ['associate_id']], ['instance_snapshot', 'project', []]
] as const).map(([word, owner, filters]) => [`${word}s`, { word, owner, filters, service: 'compute' }]))

/** Lists of everything that is not a server, and the deletion of a snapshot. */
export const resourceReply = (world: World, request: SimulatedRequest, kind: Collection, id: string | undefined): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  const rows = rowsOf(world, `${kind.word}s`)
  if (id === undefined && request.method === 'GET') return { status: 200, body: listRows(world, caller, kind, { rows, query: request.query }) }
  if (id === undefined || request.method !== 'DELETE' || kind.word !== 'instance_snapshot') throw noHandler()
  const row = findRow(rows, id)
  if (row === undefined) throw notFound(kind.word, id)
  if (caller.guest || !isVisible(caller, kind, row)) throw objectForbidden('domain', allowedScope(caller))
  return deleteSnapshot(world, row)
}

const isVisible = (caller: Caller, { owner }: Collection, row: Json): boolean => owner === 'shared' ||
  (owner === 'project' ? row['tenant_id'] === caller.projectId : row['owner_id'] === caller.person?.id)

interface Asked {
  readonly rows: readonly Json[]
  readonly query: URLSearchParams
}

const listRows = (world: World, caller: Caller, kind: Collection, { rows, query }: Asked): Json => {
  const plural = `${kind.word}s`
  const scope = query.get('scope') ?? 'project'
  if (caller.guest || (!caller.admin && scope !== 'project')) throw listForbidden(kind.service, plural, scope, allowedScope(caller))
  const rules = { plural, inputType: 'ListInput', columns: new Set(rows.flatMap(row => Object.keys(row))), maxPage: world.knobs.maxPage }
  const test = commonTest(query, rules)
  const isChosen = (row: Json): boolean => kind.filters.filter(key => (query.get(key) ?? '') !== '').every(key =>
    query.getAll(key).some(value => typeof row[key] === 'boolean' ? row[key] === isTrue(value) : sameValue(row[key], value)))
  const found = rows.filter(row => (scope !== 'project' || isVisible(caller, kind, row)) && test(row) && isChosen(row))
  return pageOf(found.map(row => ({ columns: row, render: () => tidy(row) })), query, rules)
}
