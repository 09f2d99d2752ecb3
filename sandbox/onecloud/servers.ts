import { isRecord } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { act } from './actions.ts'
import { checkLast, createServer, readCreate } from './create.ts'
import { badInput, classForbidden, listForbidden, noBody, noHandler, notFound, objectForbidden, refuse } from './failures.ts'
import { deleteServer, updateServer } from './lifecycle.ts'
import { commonTest, pageOf, type ListRules } from './lists.ts'
import { columnsOf, fullRecord, listRecord } from './record.ts'
import { allowedScope, callerOf, type Caller } from './tokens.ts'
import { isTrue, readBody, readInput, type Json } from './values.ts'
import type { ServerRow, World } from './world.ts'

const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

/** `/servers...`; `parts` are the path pieces behind `servers`. */
export const serversReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  const [id, verb, more] = parts
  if (more !== undefined) throw noHandler()
  if (id === undefined) {
    if (request.method === 'GET') return ok(listServers(world, caller, request.query))
    if (request.method === 'POST') return create(world, request, caller)
    throw noHandler()
  }
  const row = ownRow(world, caller, id)
  switch (`${request.method} ${verb === undefined ? '' : request.method === 'POST' ? 'action' : verb}`) {
    case 'GET ':
      // Any query string turns the list filters on, the one against recycled servers included.
      if (request.rawQuery !== '' && chosen(world, [row], request.query).length === 0) throw notFound('server', id)
      break
    case 'GET status': return ok({ server: { status: row.status } })
    case 'PUT ':
      if (!isRecord(readBody(request))) throw noBody()
      updateServer(world, row, readInput(request, 'server'))
      break
    case 'DELETE ': deleteServer(world, row, request.query); break
    case 'POST action': act(world, row, verb ?? '', { input: readInput(request, 'server'), userId: caller.person?.id ?? '' }); break
    default: throw request.method === 'GET' ? refuse(404, 'SpecNotFoundError', `server ${id} ${verb ?? ''} not found`) : noHandler()
  }
  return ok({ server: fullRecord(world, row) })
}

/** By id or name. The record is looked up first, so a missing one is 404 even to a caller without rights. */
const ownRow = (world: World, caller: Caller, idOrName: string): ServerRow => {
  const row = world.servers.get(idOrName) ?? [...world.servers.values()].find(({ name }) => name === idOrName)
  if (row === undefined) throw notFound('server', idOrName)
  if (caller.guest) throw objectForbidden('project', 'none')
  if (!caller.admin && row.tenantId !== caller.projectId) throw objectForbidden('domain', allowedScope(caller))
  return row
}

const create = (world: World, request: SimulatedRequest, caller: Caller): SimulatedReply => {
  const body = readBody(request)
  if (!isRecord(body)) throw noBody()
  const input = body['server']
  if (!isRecord(input)) throw badInput('No request key: server')
  const projectId = projectFor(world, caller, input)
  const ask = readCreate(world, input, caller.person?.id ?? '')
  checkLast(world, projectId, ask)
  return ok({ server: fullRecord(world, createServer(world, ask, projectId)) })
}

const projectFor = (world: World, caller: Caller, input: Json): string => {
  if (caller.guest) throw classForbidden('none')
  const wanted = input['project_id']
  if (typeof wanted !== 'string' || wanted === '') return caller.projectId
  const project = world.projects.find(candidate => candidate.id === wanted || candidate.name === wanted)
  if (project === undefined) throw notFound('project', wanted)
  if (!caller.admin && project.id !== caller.projectId) throw classForbidden('project')
  return project.id
}

interface Candidate {
  readonly row: ServerRow
  readonly columns: Json
}

const rulesOf = ({ behavior: { maxPage } }: World, rows: readonly Candidate[]): ListRules =>
  ({ plural: 'servers', inputType: 'ServerListInput', columns: new Set(Object.keys(rows[0]?.columns ?? {})), maxPage })

const listServers = (world: World, caller: Caller, query: URLSearchParams): Json => {
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
const chosen = (world: World, rows: readonly ServerRow[], query: URLSearchParams): Candidate[] => {
  const candidates = rows.map(row => ({ row, columns: { ...columnsOf(world, row), tenant_id: row.tenantId } }))
  const common = commonTest(query, rulesOf(world, candidates))
  const bin = query.get('pending_delete') ?? ''
  return candidates.filter(({ row, columns }) => (bin === 'all' || (row.pendingDeletedAt > 0) === isTrue(bin)) && common(columns))
}

/** `/webconsole-service/...`: unlike compute, this service answers 401 to a caller without a valid token. */
export const webconsoleReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const [service, kind, id, more] = parts
  const isKnown = service === 'webconsole' && kind === 'server' && more === undefined && request.method === 'POST'
  if (!isKnown || id === undefined) throw noHandler()
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (caller.guest) throw refuse(401, 'UnauthorizedError', 'Unauthorized')
  const row = ownRow(world, caller, id)
  if (row.power !== 'on') throw refuse(406, 'NotAcceptableError', 'Unspported remote console protocol: ')
  const data = connectParams(world, row)
  const accessUrl = `${world.origin}/web-console/no-vnc?data=${data}`
  return { status: 200, body: { webconsole: { access_url: accessUrl, connect_params: data, session: row.id } } }
}

const connectParams = (world: World, row: ServerRow): string => Buffer.from(new URLSearchParams({
  ...{ access_token: 'FAKE-SECRET-CONSOLE-TOKEN', api_server: world.origin, hypervisor: row.hypervisor, instance_name: row.name },
  ...{ ips: row.nics.map(nic => nic.ip).join(','), is_need_login: 'false', os_name: row.osType, os_type: row.osType },
  ...{ password: '', protocol: 'vnc', water_mark: 'fake' }
}).toString()).toString('base64')
