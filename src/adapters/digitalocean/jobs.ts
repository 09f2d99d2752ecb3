import type { OperationStatus } from '../../domain/operation.ts'
import { unlessMissing } from '../kit/ids.ts'
import type { Job, JobState } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import type { ActionWire } from './schema.ts'

// Some actions never become readable, so the name of the job has what is needed to look at the result instead.
export const creationJob = (action: string, server: string, plan: string, region: string, acceptedAt: number): Job =>
  ({ id: action, name: `create ${server} ${plan} ${region} ${Math.floor(acceptedAt / 1000)}` })
const creationForm = /^create (\d+) (\S+) (\S+) (\d+)$/

export const addressJob = (action: string, verb: 'assign_ip' | 'unassign_ip', address: string, server: string): Job =>
  ({ id: action, name: `${verb} ${address} ${server}` })
const addressForm = /^(assign_ip|unassign_ip) (\S+) (\d+)$/

/** `done` has been seen instead of `completed`. Any other status means that the work goes on. */
const ends: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['completed', 'succeeded'], ['done', 'succeeded'], ['errored', 'failed']
])

/** With more jobs than this, one list of the account's latest actions is read first. */
const fewJobs = 4
const readsAtOnce = 5

/** The vendor reads actions one by one. A read that fails leaves its job out, and the next poll tries again. */
export const createJobs = (client: DigitaloceanClient, now: () => number) => async (jobs: readonly Job[]): Promise<readonly JobState[]> => {
  const listed = jobs.length > fewJobs ? await unlessMissing(client.listActions()) : null
  const latest = new Map(listed?.rows.map(action => [action.id, action]))
  let failure: unknown = null
  const read = async (job: Job): Promise<JobState[]> => {
    try {
      const action = latest.get(job.id) ?? await unlessMissing(client.getAction(job.id))
      return [action === null ? await withoutAction(client, job, now()) : toState(job, action)]
    } catch (error) {
      failure ??= error
      return []
    }
  }
  const states: JobState[] = []
  for (let from = 0; from < jobs.length; from += readsAtOnce) {
    states.push(...(await Promise.all(jobs.slice(from, from + readsAtOnce).map(read))).flat())
  }
  if (states.length === 0 && failure !== null) throw failure
  return states
}

function toState (job: Job, { status: vendorStatus = null }: ActionWire): JobState {
  const status = ends.get(vendorStatus ?? '') ?? 'running'
  return { ...job, status, vendorStatus, error: status === 'failed' ? reasonOf(job) : null }
}

const appearsWithinMs = 5 * 60_000

/**
 * A 404 means "not yet". For an address that its owner brought along it means "never", and the address shows the result. For a create
 * whose server is missing too it means "never" after some minutes.
 */
async function withoutAction (client: DigitaloceanClient, job: Job, now: number): Promise<JobState> {
  const running: JobState = { ...job, status: 'running', vendorStatus: null, error: null }
  const succeeded: JobState = { ...running, status: 'succeeded' }
  const [, verb, address = '', holder] = addressForm.exec(job.name) ?? []
  if (verb !== undefined) {
    const isAttached = (await unlessMissing(client.getReserved(address)))?.droplet?.id === holder
    return isAttached === (verb === 'assign_ip') ? succeeded : running
  }
  const [, id, , , acceptedAt] = creationForm.exec(job.name) ?? []
  if (id === undefined) return running
  const seen = await unlessMissing(client.getDroplet(id))
  if (seen !== null) return seen.server.status === 'provisioning' ? running : succeeded
  return now - Number(acceptedAt) * 1000 > appearsWithinMs ? { ...running, status: 'failed', error: reasonOf(job) } : running
}

/** The vendor never gives a reason. It drops an accepted create mostly for lack of capacity. */
function reasonOf ({ name }: Job): string {
  const [, , plan, region] = creationForm.exec(name) ?? []
  if (plan === undefined) return `the provider ended its action ${name.split(' ', 1)[0] ?? ''} as errored and does not say why`
  return `capacity-exhausted: the provider accepted the server (plan ${plan}, region ${region}) and dropped it without a reason, ` +
    'most often for lack of capacity; try another plan or region'
}
