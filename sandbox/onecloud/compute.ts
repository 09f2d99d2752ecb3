import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { badInput, classForbidden, duplicateName, listForbidden, noBody, noHandler, notFound, refuse } from './failures.ts'
import { collectionRows, collections, ownRecord, resourceReply } from './resources.ts'
import { createKeypair, readPrivateKey } from './keypairs.ts'
import { eipNetworkId, eipRow } from './eips.ts'
import { callerOf } from './tokens.ts'
import { listEvents } from './server-specs.ts'
import { readBody } from './body.ts'
import { serversReply } from './servers.ts'
import { capability } from './seed-catalog.ts'
import { isObject, textOf } from './values.ts'

/** `/compute/...`; `parts` are the path pieces behind the prefix. */
export const computeReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const [plural = '', id, verb, more] = parts
  if (plural === 'servers') return serversReply(world, request, parts.slice(1))
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (plural === 'events' && id === undefined && request.method === 'GET') return { status: 200, body: listEvents(world, caller, request.query) }
  const kind = collections.get(plural)
  if (kind === undefined || more !== undefined) throw noHandler()
  if (id === 'instance-specs' && plural === 'serverskus') return instanceSpecs(world, request)
  if (verb !== undefined && id !== undefined) {
    const row = ownRecord(caller, kind, collectionRows(world, plural), id)
    if (request.method === 'GET' && plural === 'keypairs' && verb === 'privatekey') return readPrivateKey(world, row)
    if (request.method === 'GET' && plural === 'cloudregions' && verb === 'capability') return { status: 200, body: { cloudregion: capability() } }
    throw refuse(404, request.method === 'GET' ? 'SpecNotFoundError' : 'ActionNotFoundError', `${kind.word} ${id} ${verb} not found`)
  }
  if (request.method === 'POST' && id === undefined && plural === 'keypairs') return createKeypair(world, request)
  if (request.method === 'POST' && id === undefined && plural === 'eips') return createEip(world, request)
  return resourceReply(world, request, kind, id)
}

const createEip = (world: World, request: SimulatedRequest): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  const body = readBody(request)
  if (!isObject(body)) throw noBody()
  const input = body['eip']
  if (!isObject(input)) throw badInput('No request key: eip')
  if (caller.guest) throw classForbidden('none')
  const name = textOf(input['name'])
  if (name === '') throw refuse(400, 'MissingParameterError', 'Missing parameter name')
  if (textOf(input['charge_type']) !== 'bandwidth') throw badInput('OneCloud only supports eip charge type "bandwidth"')
  if (rowsOf(world, 'eips').some(eip => eip['name'] === name)) throw duplicateName('eip', name)
  const network = textOf(input['network'])
  if (network !== '' && network !== 'eipnet0' && findRow(rowsOf(world, 'networks'), network) === undefined) throw notFound('network', network)
  const row = eipRow(world, { name, bandwidth: Number(textOf(input['bandwidth'])) || 1, tenantId: caller.projectId, networkId: eipNetworkId })
  rowsOf(world, 'eips').push(row)
  // The answer is the record before the address is known.
  const { ip_addr: _later, ...early } = row
  return { status: 200, body: { eip: { ...early, status: 'allocate' } } }
}

const instanceSpecs = (world: World, request: SimulatedRequest): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (caller.guest) throw listForbidden('compute', 'serverskus', 'project', 'none')
  const provider = request.query.get('provider') ?? 'OneCloud'
  const rows = rowsOf(world, 'serverskus').filter(row => row['provider'] === provider && row['enabled'] === true)
  const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b)
  const cpus = ascending(rows.map(row => Number(row['cpu_core_count'])))
  const sizesFor = (cpu: number): number[] =>
    ascending(rows.filter(row => row['cpu_core_count'] === cpu).map(row => Number(row['memory_size_mb'])))
  const cpuMems = Object.fromEntries(cpus.map(cpu => [String(cpu), sizesFor(cpu)]))
  return { status: 200, body: { serversku: { cpu_mems_mb: cpuMems, cpus, mems_mb: ascending(rows.map(row => Number(row['memory_size_mb']))) } } }
}
