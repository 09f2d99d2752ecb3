import { isIPv4 } from 'node:net'
import type { Accepted, AllVerbs, Job, JobState } from '../verbs.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { serverAddressRow } from '../kit/addresses.ts'
import { noAddress, numericServerId, refusal } from '../kit/ids.ts'
import type { HeficedClient } from './client.ts'
import type { Subnet } from './schema.ts'

type Addresses = 'addresses.list' | 'addresses.attach' | 'addresses.detach' | 'jobs'

/** Only for accounts with the scope `ipswitch`. */
export const createAddresses = (client: HeficedClient): Pick<AllVerbs, Addresses> => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has the routable IPv4 subnets, without the addresses that came with servers. ' +
      'A row may be a subnet of several addresses.',
    run: async id => {
      const { server } = await client.getInstance(id)
      return toRows(server, (await readLeaves(client)).filter(subnet => subnet.server === server.id))
    },
    all: async () => (await readLeaves(client)).map(toAddressRow)
  },
  'addresses.attach': {
    evidence: 'documented',
    cost: { calls: 1, perPage: 1 },
    note: 'A subnet is given by its id or its first address. ' +
      'The provider needs about four seconds between a detach and the next attach of the same subnet.',
    run: async ({ id, addresses }) => await attach(client, numericServerId(id), addresses.map(address => address.toLowerCase()))
  },
  'addresses.detach': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'Only for subnets that were attached, each as a whole, by its id or first address.',
    run: async ({ id, address }) => await detach(client, numericServerId(id), address)
  },
  jobs: async jobs => await readJobs(client, jobs)
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

const toAddressRow = ({ id, address, prefix, server }: Subnet): AddressRow => ({
  id,
  address,
  family: 4,
  scope: 'public',
  prefix_length: prefix,
  gateway: null,
  primary: false,
  server_id: server,
  region: null,
  ptr: null
})

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** IPv4 only. */
function holds (subnet: Subnet, address: string): boolean {
  const distance = numberOf(address) - numberOf(subnet.address)
  return distance >= 0 && distance < 2 ** (32 - subnet.prefix)
}

const maximumLevels = 500

/**
 * The routable subnets: the undivided ones of the tree. The vendor has no search, so each block costs one call;
 * `isWorthIt` skips blocks.
 */
async function readLeaves (client: HeficedClient, isWorthIt: (subnet: Subnet) => boolean = () => true): Promise<readonly Subnet[]> {
  const leaves: Subnet[] = []
  const met = new Set<string>()
  const open: Array<Subnet | null> = [null]
  for (let levels = 0; levels < maximumLevels; levels += 1) {
    const block = open.shift()
    if (block === undefined) return leaves
    const rows = (await client.listSubnets(block?.id ?? '')).filter(({ id }) => !met.has(id))
    if (block !== null && rows.length === 0) leaves.push(block)
    for (const row of rows) {
      met.add(row.id)
      if (!isWorthIt(row)) continue
      // A single address has no parts, and a routed subnet is routed as a whole.
      if (row.prefix === 32 || row.server !== null) leaves.push(row)
      else open.push(row)
    }
  }
  throw new UpstreamError('malformed', 'the provider\'s tree of subnets does not end')
}

const isAddressOrId = (text: string): boolean => isIPv4(text) || /^[\da-f]{24}$/.test(text)
const isNamed = (subnet: Subnet, text: string): boolean => subnet.id === text || subnet.address === text

/** An id may be anywhere in the tree; an address only below the blocks that hold it. */
const readLeavesFor = async (client: HeficedClient, wanted: readonly string[]): Promise<readonly Subnet[]> =>
  await readLeaves(client, subnet => wanted.some(text => !isIPv4(text) || holds(subnet, text)))

async function attach (client: HeficedClient, server: string, wanted: readonly string[]): Promise<Accepted> {
  if (!wanted.every(isAddressOrId)) throw badMember('body.addresses', 'must be IPv4 addresses or subnet ids')
  const leaves = await readLeavesFor(client, wanted)
  const chosen = new Set(wanted.map(text => choose(leaves, text)))
  const foreign = [...chosen].find(subnet => subnet.server !== null && subnet.server !== server)
  // Whether the vendor would take it away from the other server is not documented.
  if (foreign !== undefined) {
    throw refusal('conflict', `${foreign.address} is attached to another server`, 'body.addresses')
  }
  const free = [...chosen].filter(subnet => subnet.server === null)
  if (free.length === 0) return { done: true }
  await client.moveSubnets('route', server, free.map(({ id }) => id))
  return { jobs: free.map(subnet => toJob('route', server, subnet)) }
}

function choose (leaves: readonly Subnet[], wanted: string): Subnet {
  const found = leaves.find(subnet => isNamed(subnet, wanted))
  if (found !== undefined) return found
  const around = isIPv4(wanted) ? leaves.find(subnet => holds(subnet, wanted)) : undefined
  throw badMember('body.addresses', around === undefined
    ? 'the account has no such undivided subnet'
    : `the address belongs to ${around.address}/${around.prefix}, which can only be attached as a whole`)
}

async function detach (client: HeficedClient, id: string, address: string): Promise<Accepted> {
  const wanted = address.toLowerCase()
  const leaves = isAddressOrId(wanted) ? await readLeavesFor(client, [wanted]) : []
  const subnet = leaves.find(leaf => isNamed(leaf, wanted))
  if (subnet?.server === id) {
    await client.moveSubnets('release', id, [subnet.id])
    return { jobs: [toJob('release', id, subnet)] }
  }
  // Distinguishes a missing server, a missing address, and an address that cannot be detached.
  const { server } = await client.getInstance(id)
  if (!server.addresses.some(own => own.address === address)) throw noAddress()
  throw badMember('path.address', 'cannot be detached: it came with the server, or belongs to a larger subnet')
}

/** An event cannot be read again, but the subnet shows where it is routed. The name carries the facts that a poll needs. */
const toJob = (action: 'route' | 'release', server: string, { id, address }: Subnet): Job =>
  ({ id, name: `${action} ${server} ${address}` })

const jobName = /^(route|release) (\d+) ([\d.]+)$/

/** One walk for all of them, through the blocks that contain their addresses. */
async function readJobs (client: HeficedClient, jobs: readonly Job[]): Promise<readonly JobState[]> {
  const leaves = await readLeavesFor(client, jobs.flatMap(({ name }) => jobName.exec(name)?.[3] ?? []))
  return jobs.map(job => ({ ...job, vendorStatus: null, ...stateOf(job, leaves.find(({ id }) => id === job.id)) }))
}

function stateOf ({ name }: Job, subnet: Subnet | undefined): Pick<JobState, 'status' | 'error'> {
  const [, action, server] = jobName.exec(name) ?? []
  const isAttached = subnet?.server === server
  if (action === 'release') return { status: isAttached ? 'running' : 'succeeded', error: null }
  if (isAttached) return { status: 'succeeded', error: null }
  if (subnet?.server === null) return { status: 'running', error: null }
  return { status: 'failed', error: subnet === undefined ? 'the subnet is gone' : 'the subnet went to another server' }
}
