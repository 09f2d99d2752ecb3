import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { ServerRow, World } from './world.ts'
import { badInput, classForbidden, noBody, noHandler, notFound, objectForbidden, refuse } from './failures.ts'
import { checkQuota, createServer, pickName } from './create.ts'
import { readCreate } from './create-input.ts'
import { readBody, readInput } from './body.ts'
import { chosen, distinctValues, listServers, serverStatistics } from './server-list.ts'
import { configActions } from './config-actions.ts'
import { deleteServer, purge } from './deletion.ts'
import { eipActions } from './eip-actions.ts'
import { powerActions } from './power-actions.ts'
import { rareActions } from './rare-actions.ts'
import { fieldRecord, fullRecord } from './record.ts'
import { allowedScope, callerOf, type Caller } from './tokens.ts'
import { serverSpec } from './server-specs.ts'
import { updateServer } from './update.ts'
import { isObject, tidy, type Json } from './values.ts'

const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

const actions = new Map([...powerActions, ...configActions, ...eipActions, ['purge', purge] as const])

/** `/servers...`; `parts` are the path pieces behind `servers`. */
export const serversReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  const [id, verb, more] = parts
  if (more !== undefined) throw noHandler()
  if (id === undefined) return collection(world, request, caller)
  if (request.method === 'GET' && verb === undefined && id === 'statistics') return ok({ server: serverStatistics(world, caller, request.query) })
  if (request.method === 'GET' && verb === undefined && id === 'distinct-field') return ok({ server: distinctValues(world, caller, request.query) })
  if (request.method === 'POST' && verb === undefined && id === 'check-create-data') return dryRun(world, request, caller)
  if (verb !== undefined) return request.method === 'POST' ? act(world, request, caller, { id, verb }) : spec(world, request, caller, { id, verb })
  switch (request.method) {
    case 'GET': return getOne(world, request, caller, id)
    case 'HEAD': ownRow(world, caller, id); return { status: 200 }
    case 'PUT':
    case 'PATCH': return update(world, request, caller, id)
    case 'DELETE': {
      const row = ownRow(world, caller, id)
      deleteServer(world, row, request.query)
      return ok({ server: fullRecord(world, row) })
    }
    default: throw noHandler()
  }
}

const collection = (world: World, request: SimulatedRequest, caller: Caller): SimulatedReply => {
  if (request.method === 'GET') return ok(listServers(world, caller, request.query))
  if (request.method === 'POST') return create(world, request, caller)
  throw noHandler()
}

/** The record is looked up first, so a missing one is 404 even to a caller without rights. */
export const ownRow = (world: World, caller: Caller, idOrName: string): ServerRow => {
  const row = world.servers.get(idOrName) ?? byName(world, caller, idOrName)
  if (row === undefined) throw notFound('server', idOrName)
  if (caller.guest) throw objectForbidden('project', 'none')
  if (!caller.admin && row.tenantId !== caller.projectId) throw objectForbidden('domain', allowedScope(caller))
  return row
}

/** The caller's own first: a name may be held twice, by a live server and by a recycled one. */
const byName = (world: World, caller: Caller, name: string): ServerRow | undefined => {
  const named = [...world.servers.values()].filter(row => row.name === name)
  const live = named.filter(row => row.pendingDeletedAt === 0)
  return live.find(row => row.tenantId === caller.projectId) ?? live[0] ?? named[0]
}

const getOne = (world: World, request: SimulatedRequest, caller: Caller, id: string): SimulatedReply => {
  const found = world.servers.get(id) ?? byName(world, caller, id)
  // Any query string turns the list filters on, the one against recycled servers included.
  if (found !== undefined && request.rawQuery !== '' && chosen(world, [found], request.query).length === 0) throw notFound('server', id)
  const row = ownRow(world, caller, id)
  const fields = request.query.getAll('field')
  return ok({ server: fields.length > 0 ? fieldRecord(world, row, fields) : fullRecord(world, row) })
}

const create = (world: World, request: SimulatedRequest, caller: Caller): SimulatedReply => {
  const body = readBody(request)
  if (!isObject(body)) throw noBody()
  const input = body['server']
  if (!isObject(input)) throw badInput('No request key: server')
  const projectId = projectFor(world, caller, input)
  const count = Math.trunc(Number(body['count'] ?? 1)) || 1
  if (count > 1000) throw refuse(400, 'OutOfLimit', `count ${count} is out of limit`)
  const ask = readCreate(world, input, caller.person?.id ?? '')
  checkQuota(world, projectId, Math.max(1, count))
  const one = (): ServerRow => createServer(world, ask, { projectId, name: pickName(world, ask, count) })
  if (count <= 1) return ok({ server: fullRecord(world, one()) })
  return ok({ servers: Array.from({ length: count }, () => ({ status: 200, body: fullRecord(world, one()) })) })
}

const projectFor = (world: World, caller: Caller, input: Json): string => {
  if (caller.guest) throw classForbidden('none')
  const wanted = input['project_id'] ?? input['tenant'] ?? input['project']
  if (typeof wanted !== 'string' || wanted === '') return caller.projectId
  const project = world.projects.find(candidate => candidate.id === wanted || candidate.name === wanted)
  if (project === undefined) throw notFound('project', wanted)
  if (!caller.admin && project.id !== caller.projectId) throw classForbidden('project')
  return project.id
}

const dryRun = (world: World, request: SimulatedRequest, caller: Caller): SimulatedReply => {
  if (caller.guest) throw classForbidden('none')
  const ask = readCreate(world, readInput(request, 'servers'), caller.person?.id ?? '')
  const servers = {
    disk: 0,
    disk_count: 0,
    hostname: ask.name,
    hypervisor: ask.hypervisor,
    name: pickName(world, ask),
    os_type: ask.osType,
    tenant_id: caller.projectId,
    vcpu_count: ask.vcpu,
    vmem_size: ask.memoryMb,
    instance_type: ask.instanceType
  }
  return ok({ servers: tidy(servers) })
}

const update = (world: World, request: SimulatedRequest, caller: Caller, id: string): SimulatedReply => {
  const row = ownRow(world, caller, id)
  if (!isObject(readBody(request))) throw noBody()
  updateServer(world, row, readInput(request, 'server'))
  return ok({ server: fullRecord(world, row) })
}

interface Target {
  readonly id: string
  readonly verb: string
}

const act = (world: World, request: SimulatedRequest, caller: Caller, { id, verb }: Target): SimulatedReply => {
  const row = ownRow(world, caller, id)
  const action = actions.get(verb) ?? (world.knobs.inferred ? rareActions.get(verb) : undefined)
  if (action === undefined) {
    throw refuse(404, 'ActionNotFoundError', `Action ${verb} not found, please check service version, current version: v3.10-local`)
  }
  const result = action(world, row, readInput(request, 'server'), caller)
  return ok({ server: result ?? fullRecord(world, row) })
}

const spec = (world: World, request: SimulatedRequest, caller: Caller, { id, verb }: Target): SimulatedReply => {
  if (request.method !== 'GET') throw noHandler()
  const row = ownRow(world, caller, id)
  const body = serverSpec(world, row, verb)
  if (body === undefined) throw refuse(404, 'SpecNotFoundError', `server ${id} ${verb} not found`)
  return ok({ server: body })
}
