import type { SimulatedReply } from '../kit/simulator.ts'
import {
  accepted, bodyOf, conflict, fault, forbidden, invalid, neutronError, notFound, ok, page, webob, withServer, type Handler
} from './call.ts'
import { externalNetwork, flavors, keypairs, networks, subnets, zones } from './seed.ts'
import type { Floating, Port, World } from './world.ts'

export const listFlavors: Handler = call => page(call, {
  name: 'flavors',
  rows: flavors,
  idOf: ({ id }) => id,
  show: flavor => ({
    ...flavor,
    swap: 0,
    rxtx_factor: 1,
    'OS-FLV-EXT-DATA:ephemeral': 0,
    'OS-FLV-DISABLED:disabled': false,
    'os-flavor-access:is_public': true,
    extra_specs: {}
  })
})

export const listKeypairs: Handler = call =>
  page(call, { name: 'keypairs', rows: keypairs, idOf: ({ name }) => name, show: keypair => ({ keypair }) })

export const listZones: Handler = () => ok({
  availabilityZoneInfo: [...zones, 'closed'].map(zoneName => ({ zoneName, zoneState: { available: zoneName !== 'closed' }, hosts: null }))
})

/** Filters by any property; `in:` takes several ids. The link to the next page is a path. */
export const listImages: Handler = ({ world, request: { query } }) => {
  const wanted = ['status', 'image_type', 'instance_uuid'].filter(key => query.has(key))
  const ids = query.get('id')?.replace(/^in:/, '').split(',')
  const rows = [...world.images.values()]
    .filter(image => wanted.every(key => image[key] === query.get(key)) && (ids?.includes(image.id) ?? true))
  const marker = query.get('marker')
  const at = rows.findIndex(({ id }) => id === marker)
  if (marker !== null && at < 0) return webob(400, `No image found with ID ${marker}`)
  const found = rows.slice(at + 1, at + 1 + Math.min(Number(query.get('limit') ?? '25'), world.behavior.maxLimit))
  const last = found.at(-1)
  const next = last !== undefined && last !== rows.at(-1) ? { next: `/v2/images?marker=${last.id}` } : {}
  return ok({ images: found, first: '/v2/images', schema: '/v2/schemas/images', ...next })
}

export const deleteImage: Handler = ({ world, params: { id = '' } }) => {
  const image = world.images.get(id)
  if (image === undefined) return webob(404, `Failed to find image ${id} to delete`)
  if (image.visibility === 'public') return webob(403, 'You do not own this image')
  world.images.delete(id)
  return { status: 204 }
}

export const listNetworks: Handler = () => ok({ networks })
/** Those of an external network are not for members. */
export const listSubnets: Handler = () => ok({ subnets })
export const listPorts: Handler = ({ world, request: { query } }) => {
  const device = query.get('device_id')
  const ports = [...world.ports.values()].filter(port => device === null || port.device_id === device)
  return ok({ ports: ports.map(port => ({ ...port, mac_address: 'fa:16:3e:7f:94:7c', status: 'ACTIVE' })) })
}

const showFloating = ({ ports }: World) => (ip: Floating): object => {
  const port = ports.get(ip.port_id ?? '')
  const details = port === undefined ? null : { device_id: port.device_id }
  const fixed = port?.fixed_ips[0]?.ip_address ?? null
  return { ...ip, status: 'DOWN', fixed_ip_address: fixed, router_id: null, description: '', port_details: details }
}

export const listFloating: Handler = ({ world }) => ok({ floatingips: [...world.floating.values()].map(showFloating(world)) })

/** It moves from another server without a word. */
export const associate: Handler = call => {
  const { world, params: { id = '' } } = call
  const ip = world.floating.get(id)
  if (ip === undefined) return neutronError(404, 'FloatingIPNotFound', `Floating IP ${id} could not be found`)
  const wanted = bodyOf(call, 'floatingip')['port_id']
  const port = typeof wanted === 'string' ? world.ports.get(wanted) : null
  if (port === undefined) return neutronError(404, 'PortNotFound', `Port ${String(wanted)} could not be found.`)
  const refusal = port === null ? null : portRefusal(world, ip, port)
  if (refusal !== null) return refusal
  ip.port_id = port?.id ?? null
  return ok({ floatingip: showFloating(world)(ip) })
}

function portRefusal ({ ports, floating }: World, ip: Floating, port: Port): SimulatedReply | null {
  const isRouted = [...ports.values()]
    .some(other => other.device_owner === 'network:router_interface' && other.network_id === port.network_id)
  if (!isRouted) {
    const reason = `External network ${ip.floating_network_id} is not reachable from subnet ${port.fixed_ips[0]?.subnet_id}.`
    return neutronError(404, 'ExternalGatewayForFloatingIPNotFound', reason)
  }
  const isTaken = [...floating.values()].some(other => other.id !== ip.id && other.port_id === port.id)
  const reason = `Cannot associate floating IP ${ip.floating_ip_address}: that fixed IP already has a floating IP.`
  return isTaken ? neutronError(409, 'FloatingIPPortAlreadyAssociated', reason) : null
}

export const attachInterface: Handler = withServer((call, server) => {
  const { net_id: network } = bodyOf(call, 'interfaceAttachment')
  if (server.locked) return conflict(`Instance ${server.id} is locked`)
  if (typeof network !== 'string') return invalid('interfaceAttachment', {}, 'is not valid')
  if (network === externalNetwork) return forbidden(`It is not allowed to create an interface on external network ${network}`)
  if (!networks.some(({ id }) => id === network)) {
    const cause = "<class 'neutronclient.common.exceptions.NetworkNotFoundClient'>"
    return fault(500, `Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/\n${cause}`)
  }
  const port = call.world.plug(server.id, network)
  return ok({ interfaceAttachment: { net_id: network, port_id: port.id, port_state: 'ACTIVE', fixed_ips: port.fixed_ips } })
})

/** The interface goes some time after the answer. */
export const detachInterface: Handler = withServer(({ world, params: { port = '' } }, server) => {
  if (world.ports.get(port)?.device_id !== server.id) return notFound('Port not found')
  world.later(world.behavior.actionMs, () => { world.ports.delete(port) }, server.id)
  return accepted
})
