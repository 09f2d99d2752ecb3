import { recordOf, recordsOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { badRequest, bodyOf, conflict, forbidden, invalid, ok, page, withServer, type Handler } from './call.ts'
import { flavorOf, show, statesOf } from './record.ts'
import { externalNetwork, keypairs, networks, privateNetwork, securityGroups, zones } from './seed.ts'
import { powerOf, type Server, type World } from './world.ts'

const filters = new Set(['limit', 'marker', 'status', 'name', 'tags'])

/** Newest first, and what has no host yet before all of it. */
export const listServers: Handler = call => {
  const { world, request: { query } } = call
  const strange = [...query.keys()].find(key => !filters.has(key))
  if (strange !== undefined) return badRequest(`Additional properties are not allowed ('${strange}' was unexpected)`)
  const states = query.getAll('status').map(statesOf)
  if (states.includes(null)) return badRequest('Invalid status value')
  const name = new RegExp(query.get('name') ?? '')
  const tags = (query.get('tags') ?? '').split(',').filter(tag => tag !== '')
  const rows = [...world.servers.values()]
    .filter(({ vm }) => vm !== 'soft-delete' && (states.length === 0 || states.flat().includes(vm)))
    .filter(server => name.test(server.name) && tags.every(tag => server.tags.includes(tag)))
    .sort((a, b) => Number(a.placed) - Number(b.placed) || b.created - a.created || (a.id < b.id ? 1 : -1))
  const startOf = (marker: string): number | null => {
    const created = world.behavior.purges ? undefined : world.deleted.get(marker)
    if (created === undefined) return null
    return rows.filter(row => !row.placed || row.created > created || (row.created === created && row.id > marker)).length - 1
  }
  return page(call, { name: 'servers', rows, idOf: ({ id }) => id, show: show(world), startOf })
}

export const getServer: Handler = withServer(({ world }, server) => ok({ server: show(world)(server) }))

export const renameServer: Handler = withServer((call, server) => {
  const name = bodyOf(call, 'server')['name']
  if (typeof name !== 'string' || name === '' || name.length > 255) return invalid('name', name, `'${String(name)}' is too short`)
  server.name = name
  return getServer(call)
})

/** A record in the recycle bin, or 404 once the host has let go. */
export const deleteServer: Handler = withServer(({ world }, server) => {
  if (server.locked) return conflict(`Instance ${server.id} is locked`)
  if (server.task === 'deleting') return { status: 204 }
  world.cancel(server.id)
  server.task = world.behavior.recycles ? 'soft-deleting' : 'deleting'
  world.later(world.behavior.actionMs, () => {
    if (world.behavior.recycles) Object.assign(server, { task: null, vm: 'soft-delete', power: 4 })
    else world.remove(server)
    world.deleted.set(server.id, server.created)
    for (const ip of world.floating.values()) if (ip.port_id !== null && !world.ports.has(ip.port_id)) ip.port_id = null
  }, server.id)
  return { status: 204 }
})

const members = new Set([
  'name', 'flavorRef', 'imageRef', 'networks', 'tags', 'key_name', 'user_data', 'adminPass', 'availability_zone', 'security_groups',
  'config_drive', 'metadata', 'block_device_mapping_v2'
])

export const createServer: Handler = call => {
  const { world } = call
  const order = bodyOf(call, 'server')
  const refusal = refusalOf(world, order)
  if (refusal !== null) return refusal
  const flavor = flavorOf(order['flavorRef'])
  if (flavor === undefined) return badRequest(`Flavor ${String(order['flavorRef'])} could not be found.`)
  const image = textOf(order, 'imageRef') ?? ''
  world.created += 1
  const tags = Array.isArray(order['tags']) ? order['tags'].map(String) : []
  const server = world.add({
    name: textOf(order, 'name') ?? '',
    vm: 'building',
    task: 'scheduling',
    flavor,
    image,
    placed: false,
    tags,
    zone: textOf(order, 'availability_zone') ?? 'nova',
    metadata: recordOf(order, 'metadata') ?? {},
    key: textOf(order, 'key_name') ?? null
  })
  build(world, server, order)
  const password = textOf(order, 'adminPass') ?? `shown-once-${++world.passwords}`
  return {
    status: 202,
    headers: { location: `http://nova.internal:8774/v2.1/servers/${server.id}` },
    body: {
      server: { id: server.id, links: [], 'OS-DCF:diskConfig': 'MANUAL', security_groups: [{ name: 'default' }], adminPass: password }
    }
  }
}

/** In the order of Nova: the schema, then what is named, then the quota. */
function refusalOf ({ behavior, servers, images }: World, order: Json): SimulatedReply | null {
  const missing = ['name', 'flavorRef', 'networks'].find(member => order[member] === undefined)
  if (missing !== undefined) return invalid('server', order, `'${missing}' is a required property`)
  const strange = Object.keys(order).find(member => !members.has(member))
  if (strange !== undefined) return invalid('server', order, `Additional properties are not allowed ('${strange}' was unexpected)`)
  const data = textOf(order, 'user_data')
  if (data !== undefined && !/^[A-Za-z\d+/]+=*$/.test(data)) return invalid('user_data', data, `'${data}' is not a 'base64'`)
  const volumes = recordsOf(order, 'block_device_mapping_v2')
  if (volumes.length > 0 && order['imageRef'] !== undefined) return badRequest('Block Device Mapping is Invalid: image and volume')
  const image = images.get(textOf(order, 'imageRef') ?? textOf(volumes[0] ?? {}, 'uuid') ?? '')
  if (image === undefined || image.status !== 'active') return badRequest('Can not find requested image')
  const flavor = flavorOf(order['flavorRef'])
  if (flavor !== undefined && flavor.ram < image.min_ram) return badRequest("Flavor's memory is too small for requested image.")
  if (flavor !== undefined && volumes.length === 0 && flavor.disk > 0 && flavor.disk < image.min_disk) {
    return badRequest("Flavor's disk is too small for requested image.")
  }
  const { key_name: key, availability_zone: wanted } = order
  if (key !== undefined && !keypairs.some(({ name }) => name === key)) return badRequest('Invalid key_name provided.')
  if (wanted !== undefined && !zones.some(zone => zone === wanted)) return badRequest('The requested availability zone is not available')
  const group = recordsOf(order, 'security_groups').map(({ name }) => name).find(name => !securityGroups.some(known => known === name))
  if (group !== undefined) return badRequest(`Unable to find security_group with name or id '${String(group)}'`)
  const network = networksOf(order).find(id => !networks.some(known => known.id === id))
  if (network !== undefined) return badRequest(`Network ${network} could not be found.`)
  const used = servers.size
  if (used < behavior.quota) return null
  return forbidden(`Quota exceeded for instances: Requested 1, but already used ${used} of ${behavior.quota} instances`)
}

const networksOf = (order: Json): string[] => {
  const { networks: said } = order
  if (said === 'auto') return [privateNetwork]
  return recordsOf(order, 'networks').map(row => textOf(row, 'uuid') ?? '')
}

/** What fits nowhere is accepted, too. */
function build (world: World, server: Server, order: Json): void {
  const { later, behavior: { createMs, failActions } } = world
  const fail = (fault: string): void => { Object.assign(server, { vm: 'error', task: null, power: 0, fault }) }
  later(createMs / 3, () => {
    if (server.flavor.name === 'm1.huge') { fail('No valid host was found. '); return }
    Object.assign(server, { placed: true, task: 'spawning' })
  }, server.id)
  later(createMs, () => {
    if (server.vm === 'error') return
    if (networksOf(order).includes(externalNetwork)) { fail('Failed to allocate the network(s), not rescheduling.'); return }
    if (failActions.includes('create')) { fail('Exceeded maximum number of retries.'); return }
    for (const network of networksOf(order)) world.plug(server.id, network)
    Object.assign(server, { vm: 'active', task: null, power: powerOf('active') })
  }, server.id)
}
