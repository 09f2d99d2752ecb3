import { isIP } from 'node:net'
import type { Accepted, AllVerbs, Step } from '../verbs.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { serverAddressRow } from '../kit/addresses.ts'
import { isNumericId, noAddress, refusal } from '../kit/ids.ts'
import type { AddressClient } from './addresses-client.ts'
import type { IpWire } from './catalog-schema.ts'
import { toAddressRow } from './catalog-mapping.ts'
import type { VmmanagerClient } from './client.ts'
import { memberFailure } from './failures.ts'
import { idOf } from './ids.ts'
import { findServer } from './list.ts'
import { jobsOf, toAccepted } from './mapping.ts'
import { inTurn } from './send-sequence.ts'

type Addresses = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'>

const attachFailure = memberFailure(new Map([['ip_addr', 'body.addresses'], ['name', 'body.addresses'], ['ip', 'body.addresses']]))

export const createAddresses = (client: VmmanagerClient, ips: AddressClient): Addresses => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'IPv6 addresses have no id and no reverse name, and are listed for a single server only.',
    run: async id => {
      const { server } = await findServer(client, id)
      return rowsOf(server, await ips.listHostIps(id))
    },
    all: async () => (await ips.listIps())
      .map(wire => toAddressRow(wire, { server_id: wire.host?.id ?? null, region: null, primary: null }))
      .filter(row => row !== null)
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 0, perRow: 2 },
    note: 'IPv4 only.',
    run: async ({ id, addresses }) => await attach({ client, ips }, idOf(id), addresses)
  },
  'addresses.detach': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'IPv4 only.',
    run: async ({ id, address }) => {
      if (isAddress(address, 6)) throw badMember('path.address', 'an IPv6 address cannot be detached separately')
      const row = isNameable(address) ? (await ips.listHostIps(idOf(id))).find(wire => isNamed(wire, address)) : undefined
      if (row === undefined) throw noAddress()
      return { ...toAccepted(await ips.deleteIp(row.id), 'ip_delete'), goal: { missing: [row.ip_addr ?? address] } }
    }
  }
})

/** Without an IPv6 zone, which cannot be part of a filter. */
const isAddress = (text: string, family: 4 | 6): boolean => isIP(text) === family && !text.includes('%')
export const isNameable = (text: string): boolean => isNumericId(text) || isAddress(text, 4) || isAddress(text, 6)
export const isNamed = (wire: IpWire, text: string): boolean => wire.id === text || wire.ip_addr === text

/** IPv6 addresses are in the server's own row, not in the list of addresses. */
function rowsOf (server: ServerFacts, wires: readonly IpWire[]): AddressRow[] {
  const region = server.region?.id ?? null
  const main = server.addresses.find(({ primary }) => primary)?.address
  const rows = wires.map(wire => toAddressRow(wire, { server_id: server.id, region, primary: wire.ip_addr === main })).filter(row => row !== null)
  const known = new Set(rows.map(({ address }) => address))
  const others = server.addresses.filter(({ family, address }) => family === 6 && !known.has(address))
  return [...rows, ...others.map(address => serverAddressRow(server, address))]
}

interface Clients {
  readonly client: VmmanagerClient
  readonly ips: AddressClient
}

/** One call for each address, in sequence: a body can name only one. */
async function attach ({ client, ips }: Clients, id: string, wanted: readonly string[]): Promise<Accepted> {
  const odd = wanted.find(text => !isNumericId(text) && !isAddress(text, 4))
  if (odd !== undefined) throw badMember('body.addresses', 'must be IPv4 addresses or ids of IPv4 addresses')
  const found: Array<{ readonly address: string, readonly isThere: boolean }> = []
  for (const text of wanted) found.push(isNumericId(text) ? await lookUp(ips, id, text) : { address: text, isThere: false })
  const missing = found.filter(({ isThere }) => !isThere).map(({ address }) => address)
  if (missing.length === 0) return { done: true }
  return { ...await add(client, id, missing), goal: { has: found.map(({ address }) => address) } }
}

const stepName = 'attach'

const add = async (client: VmmanagerClient, id: string, addresses: readonly string[]): Promise<Accepted> => await inTurn(
  addresses.map(name => async () => jobsOf(await client.act({ id, action: 'ip', body: { ip_addr: { name } }, toFailure: attachFailure }), 'ip_change')),
  from => ({ name: stepName, input: { addresses: addresses.slice(from).join(',') } })
)

/** The addresses that a busy platform has refused; sent again at each poll until it accepts them. */
export const createAttachSteps = (client: VmmanagerClient): Readonly<Record<string, Step>> => ({
  [stepName]: {
    isDue: () => true,
    run: async (id, { addresses }) => await add(client, idOf(id), String(addresses).split(','))
  }
})

/** The platform accepts addresses, not their ids. */
async function lookUp (ips: AddressClient, serverId: string, ipId: string): Promise<{ address: string, isThere: boolean }> {
  const row = (await ips.findIp(`(id EQ ${ipId})`)).list.find(wire => wire.id === ipId)
  const address = row?.ip_addr ?? ''
  if (!isAddress(address, 4)) {
    throw refusal('rejected', 'there is no IPv4 address with this id', 'body.addresses')
  }
  const holder = row?.host?.id ?? serverId
  if (holder !== serverId) {
    throw refusal('conflict', 'the address belongs to another server', 'body.addresses')
  }
  return { address, isThere: row?.host?.id === serverId }
}
