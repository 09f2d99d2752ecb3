import { isIP } from 'node:net'
import type { SimulatedReply } from '../simulator.ts'
import type { Call, Route } from './call.ts'
import { check, readForm, text } from './fields.ts'
import { answerList, type Listing } from './lists.ts'
import { accepted, notFound, refuse } from './replies.ts'
import type { FixedAddress, Port } from './records.ts'
import { addPorts } from './instance-create.ts'
import type { World } from './world.ts'

// The routes are known, their bodies are not: this file answers only while the knob `inferred` is on.

interface Held {
  readonly port: Port
  readonly instance: string
}

const allPorts = (world: World): Held[] =>
  [...world.instances.values()].flatMap(instance => instance.ports.map(port => ({ port, instance: instance.id })))

const listing: Listing<Held> = {
  fields: new Map([
    ['id', { kind: 'text', read: row => row.port.id }],
    ['device_id', { kind: 'text', read: row => row.instance }],
    ['network', { kind: 'text', read: row => row.port.network }]
  ]),
  plain: ['id', 'device_id', 'network'],
  orderable: ['id'],
  defaultOrder: 'id'
}

const view = ({ port, instance }: Held): Record<string, unknown> => ({
  id: port.id,
  name: '',
  network: port.network,
  device_id: instance,
  device_owner: 'compute:nova',
  fixed_ips: [...port.ipv4s, ...port.ipv6s],
  status: 'ACTIVE'
})

function find (call: Call): Held {
  const held = allPorts(call.world).find(({ port }) => port.id === call.id)
  if (held === undefined) throw notFound()
  return held
}

function readAddress (call: Call): string {
  const form = readForm(call.request)
  const address = text(form, 'ip', 'required')
  check(form)
  if (address === undefined || isIP(address) === 0) throw refuse(400, 'Invalid ip')
  return address
}

function addIp (call: Call): SimulatedReply {
  const { port } = find(call)
  const address = readAddress(call)
  const version = isIP(address)
  const subnet = call.world.networks.get(port.network)?.subnets?.find(candidate => candidate.ip_version === version)
  if (subnet === undefined) throw refuse(400, 'No subnet for this ip')
  const fixed: FixedAddress = { ip_address: address, subnet_id: subnet.id }
  if (version === 4) port.ipv4s.push(fixed)
  else port.ipv6s.push(fixed)
  return accepted('Ip added')
}

function removeIp (call: Call): SimulatedReply {
  const { port } = find(call)
  const address = readAddress(call)
  if (![...port.ipv4s, ...port.ipv6s].some(fixed => fixed.ip_address === address)) throw refuse(400, 'Ip not found on this port')
  port.ipv4s = port.ipv4s.filter(fixed => fixed.ip_address !== address)
  port.ipv6s = port.ipv6s.filter(fixed => fixed.ip_address !== address)
  return accepted('Ip removed')
}

/** Takes the next addresses of the port's own network. */
function addIps (call: Call): SimulatedReply {
  const { port, instance } = find(call)
  const network = call.world.networks.get(port.network)
  const owner = call.world.instances.get(instance)
  if (network === undefined || owner === undefined) throw notFound()
  addPorts(call.world, owner, [network])
  const fresh = owner.ports.pop()
  port.ipv4s.push(...fresh?.ipv4s ?? [])
  port.ipv6s.push(...fresh?.ipv6s ?? [])
  return accepted('Ips added')
}

export const portRoutes: readonly Route[] = [
  { path: 'openstack/ports', only: 'staff', inferred: true, verbs: { GET: call => answerList(call, allPorts(call.world), listing, view) } },
  { path: 'openstack/ports/:id/add_ip', only: 'staff', inferred: true, verbs: { POST: addIp } },
  { path: 'openstack/ports/:id/remove_ip', only: 'staff', inferred: true, verbs: { POST: removeIp } },
  { path: 'openstack/ports/:id/automatic_add_ips', only: 'staff', inferred: true, verbs: { POST: addIps } }
]
