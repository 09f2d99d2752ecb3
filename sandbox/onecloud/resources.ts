import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { listForbidden, noHandler, notFound, objectForbidden } from './failures.ts'
import { begin } from './lifecycle.ts'
import { commonTest, pageOf, sameValue } from './lists.ts'
import { allowedScope, callerOf, type Caller } from './tokens.ts'
import { isTrue, recordTime, textOf, tidy, uuid, type Json } from './values.ts'
import { findRow, projectName, rowsOf, type ServerRow, type World } from './world.ts'

interface Collection {
  readonly word: string
  readonly service: string
  /** The rows that a caller may see: all, the project's own, or the user's own. */
  readonly owner: 'shared' | 'project' | 'user'
  /** Query keys that filter by an equal column. */
  readonly filters: readonly string[]
}

const kind = (word: string, owner: Collection['owner'], ...filters: readonly string[]): [string, Collection] =>
  [`${word}s`, { word, owner, filters, service: 'compute' }]

const collections: ReadonlyMap<string, Collection> = new Map([
  kind('cloudregion', 'shared'), kind('zone', 'shared'), kind('serversku', 'shared', 'provider', 'enabled'),
  kind('network', 'shared', 'server_type'), kind('keypair', 'user'), kind('eip', 'project', 'associate_id'),
  kind('instance_snapshot', 'project')
])

/** `/compute/...` but for servers; `parts` are the path pieces behind the prefix. */
export const computeReply = (world: World, request: SimulatedRequest, [plural = '', id, more]: readonly string[]): SimulatedReply => {
  const found = collections.get(plural)
  if (found === undefined || more !== undefined) throw noHandler()
  return resourceReply(world, request, found, id)
}

const image: Collection = { word: 'image', service: 'image', owner: 'shared', filters: ['id', 'status'] }

/** `/image/v1/...`; `parts` are the path pieces behind the version. A GET of one image would be the file itself; no adapter calls it. */
export const imageReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  if (parts.join('/') !== 'images') throw noHandler()
  return resourceReply(world, request, image, undefined)
}

/** Lists of everything that is not a server, and the deletion of a snapshot. */
const resourceReply = (world: World, request: SimulatedRequest, kind: Collection, id: string | undefined): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (id === undefined && request.method === 'GET') return { status: 200, body: listRows(world, caller, kind, request.query) }
  if (id === undefined || request.method !== 'DELETE' || kind.word !== 'instance_snapshot') throw noHandler()
  const row = findRow(rowsOf(world, 'instance_snapshots'), id)
  if (row === undefined) throw notFound(kind.word, id)
  if (caller.guest || !isVisible(caller, kind, row)) throw objectForbidden('domain', allowedScope(caller))
  return deleteSnapshot(world, row)
}

const isVisible = (caller: Caller, { owner }: Collection, row: Json): boolean => owner === 'shared' ||
  (owner === 'project' ? row['tenant_id'] === caller.projectId : row['owner_id'] === caller.person?.id)

const listRows = (world: World, caller: Caller, kind: Collection, query: URLSearchParams): Json => {
  const plural = `${kind.word}s`
  const rows = rowsOf(world, plural)
  const scope = query.get('scope') ?? 'project'
  if (caller.guest || (!caller.admin && scope !== 'project')) throw listForbidden(kind.service, plural, scope, allowedScope(caller))
  const rules = { plural, inputType: 'ListInput', columns: new Set(rows.flatMap(row => Object.keys(row))), maxPage: world.behavior.maxPage }
  const test = commonTest(query, rules)
  const isChosen = (row: Json): boolean => kind.filters.filter(key => (query.get(key) ?? '') !== '').every(key =>
    query.getAll(key).some(value => typeof row[key] === 'boolean' ? row[key] === isTrue(value) : sameValue(row[key], value)))
  const found = rows.filter(row => (scope !== 'project' || isVisible(caller, kind, row)) && test(row) && isChosen(row))
  return pageOf(found.map(row => ({ columns: row, render: () => tidy(row) })), query, rules)
}

/** Of the server as a whole. */
export const addSnapshot = (world: World, row: ServerRow, name: string, at: number): void => {
  rowsOf(world, 'instance_snapshots').push({
    ...{ created_at: recordTime(at), guest: row.name, guest_id: row.id, id: uuid(`${row.id}-${name}`), name, status: 'ready' },
    ...{ tenant: projectName(world, row.tenantId), tenant_id: row.tenantId }
  })
}

/** Accepted at once; the server is in `snapshot_delete` until the node has done it, and the snapshot shows its refusal. */
const deleteSnapshot = (world: World, snapshot: Json): SimulatedReply => {
  const row = world.servers.get(textOf(snapshot['guest_id']))
  if (row === undefined) throw new Error('a snapshot without its server')
  const isRefused = world.behavior.failActions.includes('snapshot-delete')
  const failed = 'instance_snapshot_delete_failed'
  const end = (): void => {
    if (isRefused) snapshot['status'] = failed
    else world.resources.set('instance_snapshots', rowsOf(world, 'instance_snapshots').filter(other => other !== snapshot))
  }
  snapshot['status'] = 'instance_snapshot_start_delete'
  const statuses = ['snapshot_delete', isRefused ? failed : row.status]
  begin(world, row, { action: 'snapshot-delete', ms: world.behavior.actionMs, statuses, effects: { 1: end } })
  return { status: 200, body: { instance_snapshot: tidy(snapshot) } }
}
