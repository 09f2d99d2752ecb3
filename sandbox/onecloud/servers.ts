import { isRecord } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { ServerRow, World } from './world.ts'
import { act } from './actions.ts'
import { badInput, classForbidden, noBody, noHandler, notFound, objectForbidden, refuse } from './failures.ts'
import { checkLast, createServer } from './create.ts'
import { readCreate } from './create-input.ts'
import { readBody, readInput } from './body.ts'
import { chosen, listServers } from './server-list.ts'
import { deleteServer } from './deletion.ts'
import { fullRecord } from './record.ts'
import { allowedScope, callerOf, type Caller } from './tokens.ts'
import { updateServer } from './update.ts'
import type { Json } from './values.ts'

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
export const ownRow = (world: World, caller: Caller, idOrName: string): ServerRow => {
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
