import { isIPv4 } from 'node:net'
import type { Accepted, AllVerbs } from '../verbs.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { serverAddressRow } from '../kit/addresses.ts'
import { noAddress, numericServerId, refusal } from '../kit/ids.ts'
import type { HeficedClient } from './client.ts'
import type { AddressClient } from './addresses-client.ts'
import { holds, toAddressRow, type Subnet } from './addresses-mapping.ts'
import { readRoutes, toJob } from './addresses-jobs.ts'
import { readLeaves } from './addresses-pages.ts'

type Addresses = 'addresses.list' | 'addresses.attach' | 'addresses.detach' | 'jobs'

/** Only for accounts with the scope `ipswitch`. */
export const createAddresses = (servers: HeficedClient, client: AddressClient): Pick<AllVerbs, Addresses> => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has the routable IPv4 subnets, without the addresses that came with servers. ' +
      'A row may be a subnet of several addresses.',
    run: async id => {
      const { server } = await servers.getInstance(numericServerId(id))
      return toRows(server, (await readLeaves(client)).filter(subnet => subnet.server === server.id))
    },
    all: async () => (await readLeaves(client)).map(toAddressRow)
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'A subnet is given by its id or its first address. ' +
      'The provider needs about four seconds between a detach and the next attach of the same subnet.',
    run: async ({ id, addresses }) => await attach(client, numericServerId(id), addresses)
  },
  'addresses.detach': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'Only for subnets that were attached, each as a whole, by its id or first address.',
    run: async ({ id, address }) => {
      const server = numericServerId(id)
      const subnet = await find(client, address)
      if (subnet?.server !== server) return await refuseDetach(servers, server, address)
      await client.change('release', server, [subnet.id])
      return { jobs: [toJob('release', server, subnet)] }
    }
  },
  jobs: async jobs => await readRoutes(client, jobs)
})

/** The server's own addresses with the ids of their subnets, and the routed subnets that the server does not show yet. */
function toRows (server: ServerFacts, routed: readonly Subnet[]): AddressRow[] {
  const own = server.addresses.map(address => {
    const subnet = address.family === 4 ? routed.find(candidate => holds(candidate, address.address)) : undefined
    return serverAddressRow(server, address, { id: subnet?.id ?? null, prefix_length: subnet?.prefix ?? address.prefix_length })
  })
  const shown = new Set(own.map(({ id }) => id))
  return [...own, ...routed.filter(({ id }) => !shown.has(id)).map(toAddressRow)]
}

const subnetId = /^[\da-f]{24}$/

async function attach (client: AddressClient, server: string, addresses: readonly string[]): Promise<Accepted> {
  const wanted = addresses.map(wantedOf)
  const leaves = await readLeaves(client, worthFor(wanted))
  const chosen = new Set(wanted.map(address => chosenOf(leaves, address)))
  const foreign = [...chosen].find(subnet => subnet.server !== null && subnet.server !== server)
  // Whether the vendor would take it away from the other server is not documented.
  if (foreign !== undefined) {
    throw refusal('conflict', `${foreign.address} is attached to another server`, 'body.addresses')
  }
  const missing = [...chosen].filter(subnet => subnet.server === null)
  if (missing.length === 0) return { done: true }
  await client.change('route', server, missing.map(({ id }) => id))
  return { jobs: missing.map(subnet => toJob('route', server, subnet)) }
}

function wantedOf (address: string): string {
  const wanted = address.toLowerCase()
  if (!isIPv4(wanted) && !subnetId.test(wanted)) throw badMember('body.addresses', 'must be IPv4 addresses or subnet ids')
  return wanted
}

/** An id may be anywhere in the tree; an address only below the blocks that hold it. */
const worthFor = (wanted: readonly string[]) => (subnet: Subnet): boolean =>
  wanted.some(address => !isIPv4(address) || holds(subnet, address))

const isNamed = (subnet: Subnet, wanted: string): boolean => subnet.id === wanted || subnet.address === wanted

function chosenOf (leaves: readonly Subnet[], wanted: string): Subnet {
  const found = leaves.find(subnet => isNamed(subnet, wanted))
  if (found !== undefined) return found
  const around = isIPv4(wanted) ? leaves.find(subnet => holds(subnet, wanted)) : undefined
  throw badMember('body.addresses', around === undefined
    ? 'the account has no such undivided subnet'
    : `the address belongs to ${around.address}/${around.prefix}, which can only be attached as a whole`)
}

async function find (client: AddressClient, address: string): Promise<Subnet | undefined> {
  const wanted = address.toLowerCase()
  if (!isIPv4(wanted) && !subnetId.test(wanted)) return undefined
  return (await readLeaves(client, worthFor([wanted]))).find(subnet => isNamed(subnet, wanted))
}

/** Distinguishes a missing server, a missing address, and an address that cannot be detached. */
async function refuseDetach (servers: HeficedClient, id: string, address: string): Promise<never> {
  const { server } = await servers.getInstance(id)
  if (!server.addresses.some(own => own.address === address)) throw noAddress()
  throw badMember('path.address', 'cannot be detached: it came with the server, or belongs to a larger subnet')
}
