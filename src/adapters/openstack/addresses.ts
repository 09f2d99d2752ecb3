import { badMember, type UpstreamError } from '../../domain/failure.ts'
import { canonicalAddress } from '../../domain/address.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { addressOf, addressRow } from '../kit/addresses.ts'
import type { AdapterVerbs } from '../verbs.ts'
import { noAddress, refusal } from '../kit/ids.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { FloatingWire, PortWire, SubnetWire } from './catalog-schema.ts'
import type { OpenstackClient } from './client.ts'
import { about } from './failures.ts'

type AddressVerbs = Required<Pick<AdapterVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'>>

/** Neutron is asked for all of it: Nova's own record follows by messages that may be lost. */
export const createAddresses = (client: OpenstackClient, catalog: CatalogClient): AddressVerbs => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 4 },
    note: 'Floating addresses of the project, and the fixed ones of its ports. id is that of the floating address or of the port.',
    run: async id => {
      const [, ports, floating, subnets] = await Promise.all([client.getServer(id), catalog.ports({ device_id: id }), catalog.floatingIps(), catalog.subnets()])
      return toRows({ ports: ports.filter(isOf(id)), floating, subnets }).filter(({ server_id: server }) => server === id)
    },
    all: async () => {
      const [ports, floating, subnets] = await Promise.all([catalog.ports(), catalog.floatingIps(), catalog.subnets()])
      return toRows({ ports, floating, subnets })
    }
  },
  'addresses.attach': {
    evidence: 'observed',
    cost: { calls: 4, perRow: 1 },
    note: 'A floating address of the project that is free, by address or id; or the id of a network or of a free port, for a new interface. None is bought.',
    run: async ({ id, addresses }) => {
      await client.getServer(id)
      const [ports, floating] = [await catalog.ports(), await catalog.floatingIps()]
      const plans = addresses.map(wanted => ({ wanted, floating: floating.find(row => row.id === wanted || isSame(row.floating_ip_address, wanted)) }))
      const networks = plans.some(plan => plan.floating === undefined) ? await catalog.networks() : []
      const free = freePorts(ports.filter(isOf(id)), ports, floating)
      const works = plans.map(plan => plan.floating === undefined
        ? interfaceOf(client, id, { wanted: plan.wanted, ports, networks })
        : associationOf(catalog, id, { row: plan.floating, ports, free }))
      for (const work of works) await work?.()
      return { done: true }
    }
  },
  'addresses.detach': {
    evidence: 'observed',
    cost: { calls: 4 },
    note: 'A floating address stays with the project. With a fixed address its interface goes, and the other addresses of that.',
    run: async ({ id, address }) => {
      await client.getServer(id)
      const [ports, floating] = [(await catalog.ports({ device_id: id })).filter(isOf(id)), await catalog.floatingIps()]
      const elastic = floating.find(row => isSame(row.floating_ip_address, address) && ports.some(port => port.id === row.port_id))
      if (elastic !== undefined) {
        await catalog.associate(elastic.id, null, about('path.address'))
        return { done: true }
      }
      const port = ports.find(({ fixed_ips: fixed }) => (fixed ?? []).some(({ ip_address: ip }) => isSame(ip, address)))
      if (port === undefined) throw noAddress()
      await client.detachInterface(id, port.id)
      return { goal: { missing: [address] } }
    }
  }
})

const isOf = (server: string) => ({ device_id: id }: PortWire): boolean => id === server
const isSame = (one: string | null | undefined, other: string): boolean => canonicalAddress(one ?? '') === canonicalAddress(other)

interface Found {
  readonly ports: readonly PortWire[]
  readonly floating: readonly FloatingWire[]
  readonly subnets: readonly SubnetWire[]
}

/** Ports of routers and of the cloud's own services are no addresses of the account. */
function toRows ({ ports, floating, subnets }: Found): AddressRow[] {
  const own = ports.filter(({ device_owner: owner }) => owner === null || owner === undefined || owner === '' || owner.startsWith('compute:'))
  const serverOf = new Map(own.map(({ id, device_id: device }) => [id, device === '' ? null : device ?? null]))
  const known = new Map(subnets.map(subnet => [subnet.id, subnet]))
  const floatingRows = floating.flatMap(({ id, floating_ip_address: text, port_id: port, port_details: details }) =>
    addressRow(text, { id, scope: 'public', server_id: port === null || port === undefined ? null : serverOf.get(port) ?? details?.device_id ?? null }) ?? [])
  const fixedRows = own.flatMap(({ id, fixed_ips: fixed }) => (fixed ?? []).flatMap(({ ip_address: text, subnet_id: subnet }) => {
    const { cidr, gateway_ip: gateway } = known.get(subnet ?? '') ?? {}
    const prefix = Number(cidr?.split('/')[1] ?? Number.NaN)
    return addressRow(text, { id, gateway: gateway ?? null, prefix_length: Number.isInteger(prefix) ? prefix : null, server_id: serverOf.get(id) ?? null }) ?? []
  }))
  return [...floatingRows, ...fixedRows]
}

/** The ports that can take a floating address: with an IPv4 address that has none yet. Those behind a router of the project come first. */
function freePorts (own: readonly PortWire[], all: readonly PortWire[], floating: readonly FloatingWire[]): PortWire[] {
  const routed = new Set(all.filter(({ device_owner: owner }) => /^network:.*router/.test(owner ?? '')).map(({ network_id: network }) => network))
  const rank = ({ network_id: network }: PortWire): number => routed.has(network) ? 0 : 1
  return own
    .filter(({ id, fixed_ips: fixed }) => (fixed ?? []).some(({ ip_address: ip }) => (ip ?? '').includes('.')) && !floating.some(row => row.port_id === id))
    .sort((a, b) => rank(a) - rank(b))
}

type Work = (() => Promise<unknown>) | null

const member = 'body.addresses'
const refused = (failure: 'rejected' | 'conflict', text: string): UpstreamError => refusal(failure, text, member)

/** Neutron would take the address from another server without a word. */
function associationOf (catalog: CatalogClient, server: string, { row, ports, free }: { readonly row: FloatingWire, readonly ports: readonly PortWire[], readonly free: PortWire[] }): Work {
  const holder = row.port_id ?? null
  if (holder !== null) {
    if (ports.some(port => port.id === holder && port.device_id === server)) return null
    throw refused('conflict', 'the address is attached to something else; detach it there first')
  }
  const port = free.shift()
  if (port === undefined) throw refused('rejected', 'the server has no interface left that can take a floating address')
  return async () => await catalog.associate(row.id, port.id, about(member))
}

function interfaceOf (client: OpenstackClient, server: string, { wanted, ports, networks }: {
  readonly wanted: string, readonly ports: readonly PortWire[], readonly networks: ReadonlyArray<{ readonly id: string }>
}): Work {
  const port = ports.find(({ id, fixed_ips: fixed }) => id === wanted || (fixed ?? []).some(({ ip_address: ip }) => isSame(ip, wanted)))
  if (port !== undefined) {
    if (port.device_id === server) return null
    if (typeof port.device_id === 'string' && port.device_id !== '') throw refused('conflict', 'the port is attached to something else')
    return async () => await client.attachInterface(server, { port_id: port.id }, about(member))
  }
  // Nova answers 500 to a network that does not exist.
  if (networks.some(({ id }) => id === wanted)) return async () => await client.attachInterface(server, { net_id: wanted }, about(member))
  throw addressOf(wanted) === null && !/^[\w-]{1,64}$/.test(wanted)
    ? badMember(member, 'must be addresses, or ids of floating addresses, ports or networks')
    : refused('rejected', 'the project has no such address, port or network')
}
