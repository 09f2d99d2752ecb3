import type { Job, JobState } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { OperationStatus } from '../../domain/operation.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { DigitaloceanClient } from './client.ts'
import { pageQuery, pageSize } from './pages.ts'
import type { ActionWire } from './schema.ts'

export const toJob = ({ id }: ActionWire, name: string): Job => ({ id, name })

/** Some actions never appear: the name of their job has what shows the result instead. */
export interface Creation {
  readonly server: string
  readonly plan: string
  readonly region: string
  /** When the vendor accepted it, in epoch milliseconds. */
  readonly acceptedAt: number
}

export const creationJob = (action: string, { server, plan, region, acceptedAt }: Creation): Job =>
  ({ id: action, name: `create ${server} ${plan} ${region} ${Math.floor(acceptedAt / 1000)}` })

export const addressJob = (action: string, verb: 'assign_ip' | 'unassign_ip', address: string, server: string): Job =>
  ({ id: action, name: `${verb} ${address} ${server}` })

/** What `completed` means besides has been seen as `done`. Any other word is on its way. */
const ends: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([['completed', 'succeeded'], ['done', 'succeeded'], ['errored', 'failed']])

/** With more jobs than this, one list of the account's latest actions is read first. */
const fewJobs = 4
const readsAtOnce = 5

export interface JobSources {
  readonly client: DigitaloceanClient
  /** The server that an address belongs to now; null: to none. */
  holderOf(address: string): Promise<string | null>
  now(): number
}

/** The vendor reads actions one by one. A read that fails leaves its job out, and the next poll tries again. */
export const createJobs = (sources: JobSources) => async (jobs: readonly Job[]): Promise<readonly JobState[]> => {
  const listed = jobs.length > fewJobs ? await unlessMissing(sources.client.listActions(pageQuery(1, pageSize))) : null
  const latest = new Map(listed?.rows.map(action => [action.id, action]))
  const states: JobState[] = []
  const failed: unknown[] = []
  const left = [...jobs]
  const worker = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      try {
        states.push(await stateOf(sources, job, latest.get(job.id)))
      } catch (error) {
        failed.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(readsAtOnce, jobs.length) }, worker))
  const [first] = failed
  if (states.length === 0 && first !== undefined) throw first
  return states
}

async function stateOf (sources: JobSources, job: Job, listed: ActionWire | undefined): Promise<JobState> {
  const action = listed ?? await unlessMissing(sources.client.getAction(job.id))
  if (action === null) return await withoutAction(sources, job)
  const vendorStatus = action.status ?? null
  const status = ends.get(vendorStatus ?? '') ?? 'running'
  return { ...job, status, vendorStatus, error: status === 'failed' ? reasonOf(job) : null }
}

/** Null for a 404. */
export async function unlessMissing<T> (work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'not-found') return null
    throw error
  }
}

/**
 * A 404 is "not yet". Of an address that its owner brought along it is "never", and the address shows the result. Of a create whose server
 * is 404 too it becomes "never" after minutes.
 */
async function withoutAction (sources: JobSources, job: Job): Promise<JobState> {
  const running: JobState = { ...job, status: 'running', vendorStatus: null, error: null }
  const [, verb, address = '', server] = /^(assign_ip|unassign_ip) (\S+) (\d+)$/.exec(job.name) ?? []
  if (verb !== undefined) {
    const isHeld = await sources.holderOf(address) === server
    return (verb === 'assign_ip') === isHeld ? { ...running, status: 'succeeded' } : running
  }
  const creation = creationForm.exec(job.name)
  if (creation === null) return running
  const status = await statusOf(sources.client, creation[1] ?? '')
  if (status !== null) return status === 'provisioning' ? running : { ...running, status: 'succeeded' }
  const isOld = sources.now() - Number(creation[4]) * 1000 > appearsWithinMs
  return isOld ? { ...running, status: 'failed', error: reasonOf(job) } : running
}

/** Droplet, plan, region, and when it was accepted. */
const creationForm = /^create (\d+) (\S+) (\S+) (\d+)$/
const appearsWithinMs = 5 * 60_000

const statusOf = async (client: DigitaloceanClient, id: string): Promise<ServerStatus | null> =>
  (await unlessMissing(client.getDroplet(id)))?.server.status ?? null

/** The vendor gives no reason, ever. A create that it drops after it has accepted it lacked a place, most often. */
function reasonOf ({ name }: Job): string {
  const [, , plan, region] = creationForm.exec(name) ?? []
  const type = name.split(' ', 1)[0] ?? ''
  return plan === undefined
    ? `the provider ended its action ${type} as errored and does not say why`
    : `capacity-exhausted: the provider accepted the server (plan ${plan}, region ${region}) and dropped it without a reason, most often for lack of capacity; try another plan or region`
}
