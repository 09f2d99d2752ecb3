import type { AddressRow } from '../../domain/catalog.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { Accepted, AdapterVerbs, Job, Step } from '../verbs.ts'
import { canonicalIp, serverAddressRow } from '../kit/addresses.ts'
import { missing, noAddress, numericServerId, refusal } from '../kit/ids.ts'
import type { HetznerClient, IpKind } from './client.ts'
import { firstAddress, isInNetwork, toFollowed, toJob } from './mapping.ts'
import type { IpWire } from './schema.ts'

type Addresses = Required<Pick<AdapterVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach' | 'ptr'>>

/** An address of the account with its kind: the ids of the two kinds may collide, so ours name the kind. */
interface Ip {
  readonly kind: IpKind
  readonly wire: IpWire
  readonly row: AddressRow
}

export const createAddresses = (client: HetznerClient): Addresses => ({
  'addresses.list': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has primary and floating addresses; a server\'s list also has those of its private networks.',
    run: async id => {
      const { server } = await client.getServer(numericServerId(id))
      const own = (await readAll(client)).map(({ row }) => row).filter(row => row.server_id === id)
      return [...own, ...server.addresses.filter(({ scope }) => scope === 'private').map(address => serverAddressRow(server, address))]
    },
    all: async () => (await readAll(client)).map(({ row }) => row)
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 0, perPage: 1, perRow: 1 },
    note: 'Primary addresses need a stopped server in their region, with none of that family. ' +
      'A floating address must be configured in the guest system.',
    run: async ({ id, addresses }) => {
      const serverId = numericServerId(id)
      const texts = addresses.map((text, index) => textOf(text, index))
      const all = await readAll(client)
      const wanted = texts.map(text => all.find(ip => ip.row.id === text || isOf(ip, text)) ?? unknownAddress())
      const open = [...new Set(wanted.filter(({ row }) => row.server_id !== id))]
      return open.length === 0 ? { done: true } : await assign(client, serverId, open.map(({ kind, wire }) => ({ kind, id: wire.id })))
    }
  },
  'addresses.detach': {
    evidence: 'documented',
    cost: { calls: 2, perPage: 1 },
    note: 'The address stays with the project and is billed. Primary addresses need a stopped server; private ones cannot be detached.',
    run: async ({ id, address }) => await detach(client, numericServerId(id), address)
  },
  ptr: {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'Any address of an IPv6 network can have a name. Null restores the provider\'s default name of an IPv4 address.',
    run: async ({ address, ptr }) => {
      const asked = canonicalIp(address)
      const name = ptr === null ? null : hostName(ptr)
      const ip = (await readAll(client)).find(row => asked !== null && isOf(row, asked))
      if (ip === undefined || asked === null) throw missing('the account has no such address', 'path.address')
      await client.actOnIp(ip.kind, ip.wire.id, 'change_dns_ptr', { body: { ip: asked, dns_ptr: name }, members: ptrMembers })
      return { address: asked, ptr: name }
    }
  }
})

interface Target {
  readonly kind: IpKind
  readonly id: string
}

/** Each assignment may lock the server: what it then refuses is left to a step. */
async function assign (client: HetznerClient, serverId: string, targets: readonly Target[]): Promise<Accepted> {
  const jobs: Job[] = []
  for (const [index, { kind, id }] of targets.entries()) {
    try {
      jobs.push(toJob((await client.actOnIp(kind, id, 'assign', { body: assignment(kind, serverId) })).action))
    } catch (error) {
      if (jobs.length === 0 || !(error instanceof UpstreamError) || error.options.code !== 'locked') throw error
      const left = targets.slice(index).map(target => `${target.kind}-${target.id}`).join(' ')
      // Without a goal the operation would end before its step.
      return { jobs, goal: { unprovable: true }, next: { name: 'addresses.assign', input: { addresses: left } } }
    }
  }
  return { jobs }
}

export const createAddressSteps = (client: HetznerClient): Readonly<Record<string, Step>> => ({
  'addresses.assign': {
    isDue: ({ locked }) => locked !== true,
    run: async (id, { addresses }) => await assign(client, id, String(addresses).split(' ').map((text): Target => {
      const [kind, number = ''] = text.split('-')
      return { kind: kind === 'primary' ? 'primary' : 'floating', id: number }
    }))
  }
})

async function detach (client: HetznerClient, id: string, address: string): Promise<Accepted> {
  const { server } = await client.getServer(id)
  const asked = canonicalIp(address)
  if (server.addresses.some(own => own.scope === 'private' && own.address === asked)) {
    throw refusal('conflict', 'the address belongs to a private network and cannot be detached', 'path.address')
  }
  const own = (await readAll(client)).filter(({ row }) => row.server_id === id)
  const ip = own.find(one => one.row.id === address || (asked !== null && isOf(one, asked)))
  if (ip === undefined) throw noAddress()
  return toFollowed(await client.actOnIp(ip.kind, ip.wire.id, 'unassign'))
}

const ptrMembers = new Map([['dns_ptr', 'body.ptr']])

const assignment = (kind: IpKind, serverId: string): object =>
  kind === 'primary' ? { assignee_id: Number(serverId), assignee_type: 'server' } : { server: Number(serverId) }

async function readAll (client: HetznerClient): Promise<readonly Ip[]> {
  const [primary, floating] = await Promise.all([client.ips('primary'), client.ips('floating')])
  return [...primary.flatMap(wire => toIp('primary', wire)), ...floating.flatMap(wire => toIp('floating', wire))]
}

function toIp (kind: IpKind, wire: IpWire): Ip[] {
  const address = firstAddress(wire.ip, { scope: 'public', primary: kind === 'primary' })
  if (address === null) return []
  const serverId = (kind === 'primary' ? wire.assignee_id : wire.server) ?? null
  const region = (wire.location ?? wire.home_location)?.name ?? null
  const ptr = wire.dns_ptr?.find(({ ip }) => canonicalIp(ip ?? '') === address.address)?.dns_ptr ?? null
  return [{ kind, wire, row: { ...address, id: `${kind}-${wire.id}`, server_id: serverId, region, ptr } }]
}

/** The address itself, or one within its IPv6 network. */
const isOf = ({ row }: Ip, text: string): boolean => row.address === text || isInNetwork(row, text)

function textOf (text: string, index: number): string {
  if (/^(?:primary|floating)-\d{1,16}$/.test(text)) return text
  const address = canonicalIp(text)
  if (address === null) throw badMember(`body.addresses.${index}`, 'must be an address, or the id of one as the list of addresses shows it')
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
