import type { Job, JobState } from '../verbs.ts'
import type { AddressClient } from './addresses-client.ts'
import { holds, type Subnet } from './addresses-mapping.ts'
import { readLeaves } from './addresses-pages.ts'

/** An event cannot be read again, but the subnet shows where it is routed. The name carries the facts that a poll needs. */
export const toJob = (verb: 'route' | 'release', server: string, { id, address }: Subnet): Job => ({ id, name: `${verb} ${server} ${address}` })

const form = /^(route|release) (\d+) ([\d.]+)$/

/** One walk for all of them, through the blocks that contain their addresses. */
export async function readRoutes (client: AddressClient, jobs: readonly Job[]): Promise<readonly JobState[]> {
  const addresses = jobs.map(({ name }) => form.exec(name)?.[3] ?? '')
  const leaves = await readLeaves(client, subnet => addresses.some(address => holds(subnet, address)))
  return jobs.map(job => ({ ...job, ...stateOf(job, leaves.find(({ id }) => id === job.id)) }))
}

type State = Pick<JobState, 'status' | 'vendorStatus' | 'error'>

const going: State = { status: 'running', vendorStatus: null, error: null }
const done: State = { status: 'succeeded', vendorStatus: null, error: null }

function stateOf ({ name }: Job, subnet: Subnet | undefined): State {
  const [, verb, server] = form.exec(name) ?? []
  const isThere = subnet?.server === server
  if (verb === 'release') return isThere ? going : done
  if (isThere) return done
  if (subnet?.server === null) return going
  return { status: 'failed', vendorStatus: null, error: subnet === undefined ? 'the subnet is gone' : 'the subnet went to another server' }
}
