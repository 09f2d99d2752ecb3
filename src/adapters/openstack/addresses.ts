import { canonicalAddress } from '../../domain/address.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import { addressOf, addressRow } from '../kit/addresses.ts'
import { noAddress, refusal } from '../kit/ids.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { about } from './failures.ts'
import { serverIdOf } from './ids.ts'
import type { FloatingWire, PortWire, SubnetWire } from './schema.ts'

type AddressVerbs = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'>

/** Everything is read from Neutron: Nova's own record is updated by messages that may be lost. */
export const createAddresses = (client: OpenstackClient): AddressVerbs => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 4 },
    note: 'Floating addresses of the project and fixed addresses of its ports. id is the id of the floating address or of the port.',
    run: async id => {
      serverIdOf(id)
      const calls = [portsOf(client, id), client.floatingIps(), client.subnets(), client.getServer(id)] as const
      const [ports, floating, subnets] = await Promise.all(calls)
      return toRows(ports, floating, subnets).filter(row => row.server_id === id)
    },
    all: async () => toRows(...await Promise.all([client.ports(), client.floatingIps(), client.subnets()]))
  },
  'addresses.attach': {
    evidence: 'observed',
    cost: { calls: 4, perRow: 1 },
    note: 'A free floating address of the project, by address or id; or the id of a network or of a free port, which gives the server a ' +
      'new interface. No address is bought.',
    run: async ({ id, addresses }) => {
      await client.getServer(id)
      for (const attach of await attachmentsOf(client, id, addresses)) await attach()
      return { done: true }
    }
  },
  'addresses.detach': {
    evidence: 'observed',
    cost: { calls: 4 },
    note: 'A floating address stays with the project. Detaching a fixed address removes its interface with all of its addresses.',
    run: async ({ id, address }) => {
      await client.getServer(id)
      const [ports, floating] = [await portsOf(client, id), await client.floatingIps()]
      const attached = floating.find(row => isSame(row.floating_ip_address, address) && ports.some(port => port.id === row.port_id))
      if (attached !== undefined) {
        await client.associate(attached.id, null, about('path.address'))
        return { done: true }
      }
      const port = ports.find(row => hasAddress(row, address))
      if (port === undefined) throw noAddress()
      await client.detachInterface(id, port.id)
      return { goal: { missing: [address] } }
    }
  }
})

const portsOf = async (client: OpenstackClient, server: string): Promise<PortWire[]> =>
  (await client.ports({ device_id: server })).filter(({ device_id: id }) => id === server)

const isSame = (one: string | null | undefined, other: string): boolean => canonicalAddress(one ?? '') === canonicalAddress(other)
const hasAddress = ({ fixed_ips: fixed }: PortWire, address: string): boolean =>
  (fixed ?? []).some(({ ip_address: ip }) => isSame(ip, address))

/** Ports of routers and of the cloud's own services are left out: their addresses are not the account's. */
function toRows (ports: readonly PortWire[], floating: readonly FloatingWire[], subnets: readonly SubnetWire[]): AddressRow[] {
  const ownPorts = ports.filter(({ device_owner: owner }) => (owner ?? '') === '' || owner?.startsWith('compute:') === true)
  const serverOfPort = new Map(ownPorts.map(({ id, device_id: device }) => [id, device === '' ? null : device ?? null]))
  const subnetsById = new Map(subnets.map(subnet => [subnet.id, subnet]))
  const floatingRows = floating.flatMap(({ id, floating_ip_address: text, port_id: port, port_details: details }) => {
    const server = typeof port === 'string' ? serverOfPort.get(port) ?? details?.device_id ?? null : null
    return addressRow(text, { id, scope: 'public', server_id: server }) ?? []
  })
  const fixedRows = ownPorts.flatMap(({ id, fixed_ips: fixed }) => (fixed ?? []).flatMap(({ ip_address: text, subnet_id: subnet }) => {
    const { cidr, gateway_ip: gateway } = subnetsById.get(subnet ?? '') ?? {}
    const prefix = Number(cidr?.split('/')[1] ?? Number.NaN)
    const network = { gateway: gateway ?? null, prefix_length: Number.isInteger(prefix) ? prefix : null }
    return addressRow(text, { id, ...network, server_id: serverOfPort.get(id) ?? null }) ?? []
  }))
  return [...floatingRows, ...fixedRows]
}

type Attachment = () => Promise<unknown>

const member = 'body.addresses'

/** The calls for the addresses that are not attached yet. All are checked before the first call is sent. */
async function attachmentsOf (client: OpenstackClient, server: string, addresses: readonly string[]): Promise<Attachment[]> {
  const [ports, floating] = [await client.ports(), await client.floatingIps()]
  const targets = addresses.map(wanted =>
    ({ wanted, row: floating.find(({ id, floating_ip_address: ip }) => id === wanted || isSame(ip, wanted)) }))
  const networks = targets.some(({ row }) => row === undefined) ? await client.networks() : []
  const free = freePorts(server, ports, floating)
  return targets.flatMap(({ wanted, row }) => (row === undefined
    ? interfaceOf(client, server, wanted, ports, networks)
    : associationOf(client, server, row, ports, free)) ?? [])
}

/** The ports with an IPv4 address and no floating address yet; those behind a router of the project come first. */
function freePorts (server: string, ports: readonly PortWire[], floating: readonly FloatingWire[]): PortWire[] {
  const routed = new Set(ports.filter(({ device_owner: owner }) => /^network:.*router/.test(owner ?? '')).map(port => port.network_id))
  const rank = ({ network_id: network }: PortWire): number => routed.has(network) ? 0 : 1
  return ports
    .filter(port => port.device_id === server && (port.fixed_ips ?? []).some(({ ip_address: ip }) => ip?.includes('.') === true))
    .filter(port => !floating.some(row => row.port_id === port.id))
    .sort((a, b) => rank(a) - rank(b))
}

/** Neutron would silently take the address from another server. */
function associationOf (
  client: OpenstackClient, server: string, { id, port_id: holder }: FloatingWire, ports: readonly PortWire[], free: PortWire[]
): Attachment | null {
  if (typeof holder === 'string') {
    if (ports.some(port => port.id === holder && port.device_id === server)) return null
    throw refusal('conflict', 'the address is attached to something else; detach it there first', member)
  }
  const port = free.shift()
  if (port === undefined) throw refusal('rejected', 'the server has no interface left that can take a floating address', member)
  return async () => await client.associate(id, port.id, about(member))
}

function interfaceOf (
  client: OpenstackClient, server: string, wanted: string, ports: readonly PortWire[], networks: ReadonlyArray<{ readonly id: string }>
): Attachment | null {
  const port = ports.find(row => row.id === wanted || hasAddress(row, wanted))
  if (port?.device_id === server) return null
  if ((port?.device_id ?? '') !== '') throw refusal('conflict', 'the port is attached to something else', member)
  // Nova answers 500 to a network that does not exist.
  const target = port !== undefined ? { port_id: port.id } : networks.some(({ id }) => id === wanted) ? { net_id: wanted } : null
  if (target !== null) return async () => await client.attachInterface(server, target, about(member))
  throw addressOf(wanted) === null && !/^[\w-]{1,64}$/.test(wanted)
    ? badMember(member, 'must be addresses, or ids of floating addresses, ports or networks')
    : refusal('rejected', 'the project has no such address, port or network', member)
}
