import type { OperationStatus } from '../../domain/operation.ts'
import { unlessMissing } from '../kit/ids.ts'
import type { Job, JobState } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import type { ActionWire } from './schema.ts'

// Some actions never appear: the name of their job has what shows the result instead.
export const creationJob = (action: string, server: string, plan: string, region: string, acceptedAt: number): Job =>
  ({ id: action, name: `create ${server} ${plan} ${region} ${Math.floor(acceptedAt / 1000)}` })
const creationForm = /^create (\d+) (\S+) (\S+) (\d+)$/

export const addressJob = (action: string, verb: 'assign_ip' | 'unassign_ip', address: string, server: string): Job =>
  ({ id: action, name: `${verb} ${address} ${server}` })
const addressForm = /^(assign_ip|unassign_ip) (\S+) (\d+)$/

/** What `completed` means besides has been seen as `done`. Any other word is on its way. */
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

function toState (job: Job, { status: word }: ActionWire): JobState {
  const status = ends.get(word ?? '') ?? 'running'
  return { ...job, status, vendorStatus: word ?? null, error: status === 'failed' ? reasonOf(job) : null }
}

const appearsWithinMs = 5 * 60_000

/**
 * A 404 is "not yet". Of an address that its owner brought along it is "never", and the address shows the result. Of a create whose server
 * is 404 too it becomes "never" after minutes.
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

/** The vendor never gives a reason. A create that it drops after it has accepted it lacked capacity, most often. */
function reasonOf ({ name }: Job): string {
  const [, , plan, region] = creationForm.exec(name) ?? []
  if (plan === undefined) return `the provider ended its action ${name.split(' ', 1)[0] ?? ''} as errored and does not say why`
  return `capacity-exhausted: the provider accepted the server (plan ${plan}, region ${region}) and dropped it without a reason, ` +
    'most often for lack of capacity; try another plan or region'
}
