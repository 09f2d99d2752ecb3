import { isIP } from 'node:net'
import { canonicalAddress } from '../../domain/address.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { addressRow, canonicalIp, serverAddressRow } from '../kit/addresses.ts'
import { noAddress, numericServerId, refusal, unlessMissing } from '../kit/ids.ts'
import type { Accepted, AdapterVerbs, Step } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import { addressJob } from './jobs.ts'
import { readServers } from './list.ts'
import type { ReservedWire } from './schema.ts'

const note = 'Reserved addresses of the server\'s region; its own stay with it. One IPv4 and one IPv6 address for each server.'
const member = 'body.addresses'

export const createAddresses = (client: DigitaloceanClient) => ({
  'addresses.list': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'Reserved addresses have an id; the others came with their server and stay with it.',
    run: async id => {
      const { server } = await client.getDroplet(id)
      return toRows([server], (await client.listReserved()).filter(({ droplet }) => droplet?.id === id))
    },
    all: async () => toRows((await readServers(client)).map(({ server }) => server), await client.listReserved())
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 1, perRow: 1 },
    note,
    run: async ({ id, addresses }) => {
      numericServerId(id)
      const wanted = [...new Set(addresses.map(addressFrom))]
      if (new Set(wanted.map(isIP)).size < wanted.length) {
        throw badMember(member, 'a server takes one reserved IPv4 and one reserved IPv6 address')
      }
      const free: string[] = []
      for (const address of wanted) if (!await isHeldBy(client, address, id)) free.push(address)
      const [first, second] = free
      if (first === undefined) return { done: true }
      const accepted = await assign(client, first, id)
      // A server runs one action at a time.
      return second === undefined ? accepted : { ...accepted, next: { name: 'assign', input: { address: second } } }
    }
  },
  'addresses.detach': {
    evidence: 'documented',
    cost: { calls: 2 },
    note,
    run: async ({ id, address: requested }) => {
      const [server, address] = [numericServerId(id), canonicalIp(requested)]
      const row = address === null ? null : await unlessMissing(client.getReserved(address))
      if (address === null || row?.droplet?.id !== server) return await refuseDetach(client, server, address)
      const about = { missing: { failure: 'not-found', member: 'path.address' } } as const
      const action = await client.changeReserved(address, { type: 'unassign' }, about)
      return { jobs: [addressJob(action.id, 'unassign_ip', address, server)] }
    }
  }
} satisfies Partial<AdapterVerbs>)

export const createAssignStep = (client: DigitaloceanClient): Step => ({
  isDue: () => true,
  run: async (id, { address }) => await assign(client, addressFrom(String(address)), id)
})

function addressFrom (text: string): string {
  const address = canonicalIp(text)
  if (address === null) throw badMember(member, 'must be reserved addresses of the account')
  return address
}

async function isHeldBy (client: DigitaloceanClient, address: string, server: string): Promise<boolean> {
  const row = await unlessMissing(client.getReserved(address))
  if (row === null) throw badMember(member, `the account has no reserved address ${address}`)
  if (row.droplet?.id === server) return true
  // Whether the vendor would take it away from the other server is not documented.
  if (typeof row.droplet?.id === 'string') throw refusal('conflict', `${address} is attached to another server`, member)
  if (row.locked === true) throw refusal('conflict', `${address} has work under way`, member)
  return false
}

/** Only the job shows the end: a server does not show a reserved IPv6 address. */
async function assign (client: DigitaloceanClient, address: string, server: string): Promise<Accepted> {
  const action = await client.changeReserved(address, { type: 'assign', droplet_id: Number(server) }, {})
  return { jobs: [addressJob(action.id, 'assign_ip', address, server)] }
}

/** Distinguishes a missing server, a missing address, and an address that cannot be detached. */
async function refuseDetach (client: DigitaloceanClient, id: string, address: string | null): Promise<never> {
  const { server } = await client.getDroplet(id)
  if (!server.addresses.some(own => own.address === address)) throw noAddress()
  throw badMember('path.address', 'came with the server and stays with it; only reserved addresses can be detached')
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
