import { isIP } from 'node:net'
import type { Accepted, AdapterVerbs, Step } from '../verbs.ts'
import { canonicalAddress } from '../../domain/address.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember, type UpstreamError } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { addressRow, canonicalIp, serverAddressRow } from '../kit/addresses.ts'
import { noAddress, numericServerId, refusal } from '../kit/ids.ts'
import type { AddressClient } from './addresses-client.ts'
import type { DigitaloceanClient } from './client.ts'
import { addressJob, unlessMissing } from './jobs.ts'
import { readServers } from './list.ts'
import type { ReservedWire } from './schema.ts'

type Addresses = 'addresses.list' | 'addresses.attach' | 'addresses.detach'

const note = 'Reserved addresses of the server\'s region; its own stay with it. One IPv4 and one IPv6 address for each server.'

export const createAddresses = (client: DigitaloceanClient, addresses: AddressClient): Required<Pick<AdapterVerbs, Addresses>> => ({
  'addresses.list': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'Reserved addresses have an id; the others came with their server and stay with it.',
    run: async id => {
      const { server } = await client.getDroplet(numericServerId(id))
      return toRows([server], (await addresses.listReserved()).filter(({ droplet }) => droplet?.id === server.id))
    },
    all: async () => toRows((await readServers(client)).map(({ server }) => server), await addresses.listReserved())
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 1, perRow: 1 },
    note,
    run: async ({ id, addresses: asked }) => {
      const server = numericServerId(id)
      const [first, second, ...more] = [...new Set(asked.map(addressFrom))]
      if (first === undefined) return { done: true }
      if (more.length > 0 || (second !== undefined && isIP(first) === isIP(second))) {
        throw badMember('body.addresses', 'a server takes one reserved IPv4 and one reserved IPv6 address')
      }
      const open: string[] = []
      for (const address of second === undefined ? [first] : [first, second]) if (!await isHeldBy(addresses, address, server)) open.push(address)
      const [now, later] = open
      if (now === undefined) return { done: true }
      const accepted = await assign(addresses, now, server)
      // The server takes one event at a time.
      return later === undefined ? accepted : { ...accepted, next: { name: 'assign', input: { address: later } } }
    }
  },
  'addresses.detach': {
    evidence: 'documented',
    cost: { calls: 2 },
    note,
    run: async ({ id, address: asked }) => {
      const [server, address] = [numericServerId(id), canonicalIp(asked)]
      const row = address === null ? null : await unlessMissing(addresses.getReserved(address))
      if (address === null || row?.droplet?.id !== server) return await refuseDetach(client, server, address)
      const action = await addresses.change(address, { type: 'unassign' }, { missing: { failure: 'not-found', member: 'path.address' } })
      return { jobs: [addressJob(action.id, 'unassign_ip', address, server)] }
    }
  }
})

export const createAssignStep = (addresses: AddressClient): Step => ({
  isDue: () => true,
  run: async (id, { address }) => await assign(addresses, addressFrom(String(address)), numericServerId(id))
})

/** The server that an address belongs to now. */
export const createHolderOf = (addresses: AddressClient) => async (address: string): Promise<string | null> =>
  (await unlessMissing(addresses.getReserved(addressFrom(address))))?.droplet?.id ?? null

function addressFrom (text: string): string {
  const address = canonicalIp(text)
  if (address === null) throw badMember('body.addresses', 'must be reserved addresses of the account')
  return address
}

async function isHeldBy (addresses: AddressClient, address: string, server: string): Promise<boolean> {
  const row = await unlessMissing(addresses.getReserved(address))
  if (row === null) throw badMember('body.addresses', `the account has no reserved address ${address}`)
  if (row.droplet?.id === server) return true
  // Whether the vendor would take it away from the other server is not documented.
  if (typeof row.droplet?.id === 'string') throw refused(`${address} is attached to another server`)
  if (row.locked === true) throw refused(`${address} has work under way`)
  return false
}

const refused = (message: string): UpstreamError => refusal('conflict', message, 'body.addresses')

/** The job decides alone: the vendor's record of a server does not show a reserved IPv6 address. */
async function assign (addresses: AddressClient, address: string, server: string): Promise<Accepted> {
  const action = await addresses.change(address, { type: 'assign', droplet_id: Number(server) }, {})
  return { jobs: [addressJob(action.id, 'assign_ip', address, server)] }
}

/** Distinguishes a missing server, a missing address, and an address that cannot be detached. */
async function refuseDetach (client: DigitaloceanClient, id: string, address: string | null): Promise<never> {
  const { server } = await client.getDroplet(id)
  if (server.addresses.some(own => own.address === address)) throw badMember('path.address', 'came with the server and stays with it; only reserved addresses can be detached')
  throw noAddress()
}

/** A reserved IPv4 address is one more public address of its server, unmarked; the lists of reserved ones mark it. */
function toRows (servers: readonly ServerFacts[], reserved: readonly ReservedWire[]): AddressRow[] {
  const marked = new Map(reserved.map(row => [canonicalAddress(row.ip), row]))
  const shown = servers.flatMap(server => server.addresses.map(address =>
    serverAddressRow(server, address, { id: marked.has(address.address) ? address.address : null })))
  const known = new Set(shown.map(({ address }) => address))
  return [...shown, ...[...marked].flatMap(([address, row]) => known.has(address) ? [] : toRow(address, row) ?? [])]
}

const toRow = (text: string, { droplet, region, region_slug: slug }: ReservedWire): AddressRow | null =>
  addressRow(text, { id: text, scope: 'public', primary: false, server_id: droplet?.id ?? null, region: region?.slug ?? slug ?? null })
