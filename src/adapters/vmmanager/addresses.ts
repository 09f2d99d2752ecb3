import { isIP } from 'node:net'
import type { Accepted, AllVerbs, Step } from '../verbs.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { addressRow, prefixOfNetmask, serverAddressRow } from '../kit/addresses.ts'
import { isNumericId, missing, noAddress, refusal } from '../kit/ids.ts'
import type { VmmanagerClient } from './client.ts'
import { memberFailure } from './failures.ts'
import { idOf } from './ids.ts'
import { jobsOf, sendInSequence, toAccepted } from './jobs.ts'
import { findServer } from './list.ts'
import type { IpWire } from './schema.ts'

type Addresses = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach' | 'ptr'>

const attachFailure = memberFailure(new Map([['ip_addr', 'body.addresses'], ['name', 'body.addresses'], ['ip', 'body.addresses']]))

export const createAddresses = (client: VmmanagerClient): Addresses => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'IPv6 addresses have no id and no reverse name, and are listed for a single server only.',
    run: async id => {
      const { server } = await findServer(client, id)
      return toRows(server, await client.listHostIps(id))
    },
    all: async () => (await client.listIps())
      .map(wire => toRow(wire, { server_id: wire.host?.id ?? null, region: null, primary: null }))
      .filter(row => row !== null)
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 0, perRow: 2 },
    note: 'IPv4 only.',
    run: async ({ id, addresses }) => await attach(client, idOf(id), addresses)
  },
  'addresses.detach': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'IPv4 only.',
    run: async ({ id, address }) => {
      if (isAddress(address, 6)) throw badMember('path.address', 'an IPv6 address cannot be detached separately')
      const row = isAddressOrId(address) ? (await client.listHostIps(id)).find(wire => isNamed(wire, address)) : undefined
      if (row === undefined) throw noAddress()
      return { ...toAccepted(await client.deleteIp(row.id), 'ip_delete'), goal: { missing: [row.ip_addr ?? address] } }
    }
  },
  ptr: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'Removing a name is documented, but was never observed.',
    run: async ({ address, ptr }) => {
      if (ptr !== null && !hostName.test(ptr)) throw badMember('body.ptr', 'must be a host name')
      const row = await findAddress(client, address)
      if (ptr === null) await clearPointer(client, row)
      else await client.setPointer(row.id, ptr)
      return { address: row.ip_addr ?? address, ptr }
    }
  }
})

/** Without an IPv6 zone, which cannot be part of a filter. */
const isAddress = (text: string, family: 4 | 6): boolean => isIP(text) === family && !text.includes('%')
const isAddressOrId = (text: string): boolean => isNumericId(text) || isAddress(text, 4) || isAddress(text, 6)
const isNamed = (wire: IpWire, text: string): boolean => wire.id === text || wire.ip_addr === text

/** IPv6 addresses are in the server's own row, not in the list of addresses. */
function toRows (server: ServerFacts, wires: readonly IpWire[]): AddressRow[] {
  const facts = { server_id: server.id, region: server.region?.id ?? null }
  const main = server.addresses.find(({ primary }) => primary)?.address
  const rows = wires.map(wire => toRow(wire, { ...facts, primary: wire.ip_addr === main })).filter(row => row !== null)
  const known = new Set(rows.map(({ address }) => address))
  const others = server.addresses.filter(({ family, address }) => family === 6 && !known.has(address))
  return [...rows, ...others.map(address => serverAddressRow(server, address))]
}

function toRow (wire: IpWire, facts: Pick<AddressRow, 'server_id' | 'region' | 'primary'>): AddressRow | null {
  const { id, ip_addr: text, mask, gateway, domain } = wire
  return addressRow(text, { id, prefix_length: prefixOfNetmask(mask), gateway: gateway || null, ptr: domain || null, ...facts })
}

/** One call for each address, in sequence: a body can name only one. */
async function attach (client: VmmanagerClient, id: string, wanted: readonly string[]): Promise<Accepted> {
  if (!wanted.every(text => isNumericId(text) || isAddress(text, 4))) {
    throw badMember('body.addresses', 'must be IPv4 addresses or ids of IPv4 addresses')
  }
  const found: Array<{ readonly address: string, readonly isThere: boolean }> = []
  for (const text of wanted) found.push(isNumericId(text) ? await lookUp(client, id, text) : { address: text, isThere: false })
  const unattached = found.filter(({ isThere }) => !isThere).map(({ address }) => address)
  if (unattached.length === 0) return { done: true }
  return { ...await add(client, id, unattached), goal: { has: found.map(({ address }) => address) } }
}

/** The platform accepts addresses, not their ids. */
async function lookUp (client: VmmanagerClient, serverId: string, ipId: string): Promise<{ address: string, isThere: boolean }> {
  const row = (await client.findIp(`(id EQ ${ipId})`)).list.find(wire => wire.id === ipId)
  const address = row?.ip_addr ?? ''
  if (!isAddress(address, 4)) {
    throw refusal('rejected', 'there is no IPv4 address with this id', 'body.addresses')
  }
  const holder = row?.host?.id ?? null
  if (holder !== null && holder !== serverId) {
    throw refusal('conflict', 'the address belongs to another server', 'body.addresses')
  }
  return { address, isThere: holder === serverId }
}

const stepName = 'attach'

const add = async (client: VmmanagerClient, id: string, addresses: readonly string[]): Promise<Accepted> => await sendInSequence(
  addresses.map(name => async () => jobsOf(await client.act(id, 'ip', { ip_addr: { name } }, attachFailure), 'ip_change')),
  from => ({ name: stepName, input: { addresses: addresses.slice(from).join(',') } })
)

/** The addresses that a busy platform has refused; sent again at each poll until it accepts them. */
export const createAttachSteps = (client: VmmanagerClient): Readonly<Record<string, Step>> => ({
  [stepName]: {
    isDue: () => true,
    run: async (id, { addresses }) => await add(client, id, String(addresses).split(','))
  }
})

const hostName = /^(?=.{1,253}$)[a-z\d_]([a-z\d_-]{0,61}[a-z\d])?(\.[a-z\d_]([a-z\d_-]{0,61}[a-z\d])?)*$/i

/** The name belongs to the address's id, which only the list has. */
async function findAddress (client: VmmanagerClient, text: string): Promise<IpWire> {
  if (!isAddressOrId(text)) throw missing('not an address or the id of one', 'path.address')
  const { list } = await client.findIp(isNumericId(text) ? `(id EQ ${text})` : `(ip_addr EQ '${text}')`)
  const row = list.find(wire => isNamed(wire, text))
  if (row === undefined) throw missing('the provider has no such address', 'path.address')
  return row
}

/** The vendor does not accept an empty name: it is removed through the server. */
async function clearPointer (client: VmmanagerClient, { host, ip_addr: address, domain }: IpWire): Promise<void> {
  if ((domain ?? '') === '') return
  const hostId = host?.id ?? null
  if (hostId === null || typeof address !== 'string') throw badMember('body.ptr', 'cannot be removed from an address without a server')
  await client.deletePointer(hostId, address)
}
