import type { AddressRow } from '../../domain/catalog.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import { canonicalIp, serverAddressRow } from '../kit/addresses.ts'
import { missing, noAddress, numericServerId, refusal } from '../kit/ids.ts'
import type { Accepted, AdapterVerbs, Job } from '../verbs.ts'
import type { HetznerClient, IpKind } from './client.ts'
import { firstAddress, isInNetwork, toFollowed, toJob } from './mapping.ts'
import type { IpWire } from './schema.ts'

const ptrMembers = new Map([['dns_ptr', 'body.ptr']])

export const createAddresses = (client: HetznerClient) => ({
  'addresses.list': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has primary and floating addresses; a server\'s list also has those of its private networks.',
    run: async id => {
      const { server } = await client.getServer(id)
      const own = (await readAll(client)).filter(row => row.server_id === id)
      return [...own, ...server.addresses.filter(({ scope }) => scope === 'private').map(address => serverAddressRow(server, address))]
    },
    all: async () => await readAll(client)
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 0, perPage: 1, perRow: 1 },
    note: 'Primary addresses need a stopped server in their region, with none of that family. ' +
      'A floating address must be configured in the guest system.',
    run: async ({ id, addresses }) => {
      numericServerId(id)
      const texts = addresses.map((text, index) => addressFrom(text, `body.addresses.${index}`))
      const all = await readAll(client)
      const wanted = texts.map(text => all.find(row => isNamed(row, text)) ?? unknownAddress())
      const others = new Set(wanted.filter(row => row.server_id !== id).map(row => row.id))
      return others.size === 0 ? { done: true } : await assign(client, id, [...others])
    }
  },
  'addresses.detach': {
    evidence: 'documented',
    cost: { calls: 2, perPage: 1 },
    note: 'The address stays with the project and is billed. Primary addresses need a stopped server; private ones cannot be detached.',
    run: async ({ id, address }) => await detach(client, id, address)
  },
  ptr: {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'Any address of an IPv6 network can have a name. Null restores the provider\'s default name of an IPv4 address.',
    run: async ({ address: text, ptr }) => {
      const address = canonicalIp(text)
      const name = ptr === null ? null : hostName(ptr)
      const row = address === null ? undefined : (await readAll(client)).find(one => isNamed(one, address))
      if (row === undefined || address === null) throw missing('the account has no such address', 'path.address')
      await client.actOnIp(row.id, 'change_dns_ptr', { ip: address, dns_ptr: name }, ptrMembers)
      return { address, ptr: name }
    }
  }
} satisfies Partial<AdapterVerbs>)

/** Each assignment may lock the server. A step sends those that it then refuses. */
async function assign (client: HetznerClient, serverId: string, ids: readonly string[]): Promise<Accepted> {
  const jobs: Job[] = []
  const server = Number(serverId)
  for (const [index, id] of ids.entries()) {
    try {
      const body = id.startsWith('primary-') ? { assignee_id: server, assignee_type: 'server' } : { server }
      jobs.push(toJob((await client.actOnIp(id, 'assign', body)).action))
    } catch (error) {
      if (jobs.length === 0 || !(error instanceof UpstreamError) || error.options.code !== 'locked') throw error
      // Without a goal the operation would end before its step.
      return { jobs, goal: { unprovable: true }, next: { name: 'addresses.assign', input: { addresses: ids.slice(index).join(' ') } } }
    }
  }
  return { jobs }
}

async function detach (client: HetznerClient, id: string, address: string): Promise<Accepted> {
  const { server } = await client.getServer(id)
  if (server.addresses.some(own => own.scope === 'private' && own.address === canonicalIp(address))) {
    throw refusal('conflict', 'the address belongs to a private network and cannot be detached', 'path.address')
  }
  const row = (await readAll(client)).find(own => own.server_id === id && isNamed(own, address))
  if (row === undefined) throw noAddress()
  return toFollowed(await client.actOnIp(row.id, 'unassign'))
}

export const createAddressSteps = (client: HetznerClient) => ({
  'addresses.assign': {
    isDue: ({ locked }) => locked !== true,
    run: async (id, { addresses }) => await assign(client, id, String(addresses).split(' '))
  }
} satisfies AdapterVerbs['steps'])

type Ip = AddressRow & { readonly id: string }

async function readAll (client: HetznerClient): Promise<readonly Ip[]> {
  const [primary, floating] = await Promise.all([client.ips('primary'), client.ips('floating')])
  return [...primary.flatMap(wire => toRow('primary', wire) ?? []), ...floating.flatMap(wire => toRow('floating', wire) ?? [])]
}

/** The ids of the two kinds may collide, so ours name the kind. */
function toRow (kind: IpKind, wire: IpWire): Ip | null {
  const address = firstAddress(wire.ip, { scope: 'public', primary: kind === 'primary' })
  if (address === null) return null
  return {
    ...address,
    id: `${kind}-${wire.id}`,
    server_id: (kind === 'primary' ? wire.assignee_id : wire.server) ?? null,
    region: (wire.location ?? wire.home_location)?.name ?? null,
    ptr: wire.dns_ptr?.find(({ ip }) => canonicalIp(ip ?? '') === address.address)?.dns_ptr ?? null
  }
}

/** By its id, the address itself, or one within its IPv6 network. */
function isNamed (row: Ip, text: string): boolean {
  const address = canonicalIp(text)
  return row.id === text || (address !== null && (row.address === address || isInNetwork(row, address)))
}

function addressFrom (text: string, member: string): string {
  const address = /^(?:primary|floating)-\d{1,16}$/.test(text) ? text : canonicalIp(text)
  if (address === null) throw badMember(member, 'must be an address, or the id of one as the list of addresses shows it')
  return address
}

function unknownAddress (): never {
  throw refusal('rejected', 'the account has no such address', 'body.addresses')
}

const qualified = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** Without the final dot, which the vendor refuses. */
function hostName (ptr: string): string {
  const name = ptr.replace(/\.$/, '')
  if (!qualified.test(name)) throw badMember('body.ptr', 'must be a fully qualified host name')
  return name
}
