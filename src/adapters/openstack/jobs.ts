import { compareText } from '../../domain/compare.ts'
import { failures, UpstreamError, type Failure } from '../../domain/failure.ts'
import type { OperationStatus } from '../../domain/operation.ts'
import type { AllVerbs, Job, JobState } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import type { ActionWire } from './schema.ts'

/** An entry of the action log, by the server and the id of the request that started the action. */
export const jobsOf = (server: string, name: string, requestId: string | null): readonly Job[] =>
  requestId === null || !/^req-[\w-]{1,60}$/.test(requestId) ? [] : [{ id: `${server}/${requestId}`, name }]

/** A snapshot is followed by its image, which disappears if the snapshot fails. */
const imagePrefix = 'image/'
export const jobsOfImage = (image: string): readonly Job[] => [{ id: `${imagePrefix}${image}`, name: 'snapshot' }]

export const createJobs = (client: OpenstackClient): AllVerbs['actionLog'] => async jobs => {
  const images = jobs.filter(({ id }) => id.startsWith(imagePrefix)).map(({ id }) => id.slice(imagePrefix.length))
  const statuses = new Map(images.length === 0 ? [] : (await client.imagesById(images)).map(row => [row.id, row.status ?? '']))
  return await Promise.all(jobs.map(async job => job.id.startsWith(imagePrefix)
    ? toImageState(job, statuses.get(job.id.slice(imagePrefix.length)))
    : await readEntry(client, job)))
}

const imageStatuses: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['active', 'succeeded'],
  ['deactivated', 'succeeded'],
  ['queued', 'running'],
  ['saving', 'running'],
  ['importing', 'running'],
  ['uploading', 'running']
])

function toImageState (job: Job, vendorStatus: string | undefined): JobState {
  if (vendorStatus === undefined) return { ...job, status: 'failed', vendorStatus: null, error: 'the provider has discarded the snapshot' }
  const status = imageStatuses.get(vendorStatus) ?? 'failed'
  return { ...job, status, vendorStatus, error: status === 'failed' ? `the provider shows the snapshot as ${vendorStatus}` : null }
}

/** A cloud may hide its log from its users: then it decides nothing. */
const hidden: readonly Failure[] = ['not-found', 'forbidden', 'unsupported']

async function readEntry (client: OpenstackClient, job: Job): Promise<JobState> {
  const [server = '', requestId = ''] = job.id.split('/')
  try {
    return toState(job, await client.getAction(server, requestId))
  } catch (error) {
    if (!(error instanceof UpstreamError) || !hidden.includes(error.failure)) throw error
    return { ...job, status: 'running', vendorStatus: null, error: null }
  }
}

/** An action that failed on one host and went on at another keeps its `message`: the last event decides. */
function toState (job: Job, { message, events }: ActionWire): JobState {
  const finished = (events ?? []).filter(({ finish_time: end }) => typeof end === 'string')
    .sort((a, b) => compareText(a.finish_time ?? '', b.finish_time ?? ''))
  const last = finished.at(-1)
  if (message === 'Error' && (last === undefined || last.result === 'Error')) {
    const where = typeof last?.event === 'string' ? ` in ${last.event}` : ''
    const error = `the provider's log shows ${job.name} as failed${where}${causeOf(finished.map(({ event }) => event ?? ''))}`
    return { ...job, status: 'failed', vendorStatus: message, error }
  }
  const isOver = last !== undefined && finished.length === events?.length
  return { ...job, status: isOver ? 'succeeded' : 'running', vendorStatus: isOver ? last.result ?? null : null, error: null }
}

/** The log shows only administrators why an action failed; this is inferred. */
function causeOf (events: readonly string[]): string {
  const isUnplaced = events.includes('conductor_migrate_server') && !events.some(name => name.startsWith('compute_'))
  return isUnplaced ? `; no host was tried, so presumably ${failures.capacity.sentence} (${failures.capacity.problem})` : ''
}
