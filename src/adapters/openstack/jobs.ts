import { compareText } from '../../domain/compare.ts'
import type { OperationStatus } from '../../domain/operation.ts'
import { failures, UpstreamError } from '../../domain/failure.ts'
import type { Job, JobState } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { OpenstackClient } from './client.ts'
import type { ActionWire } from './schema.ts'

/** An entry of the log of actions, by the server and the request that began it. */
export const jobsOf = (server: string, name: string, requestId: string | null): readonly Job[] =>
  requestId === null || !/^req-[\w-]{1,60}$/.test(requestId) ? [] : [{ id: `${server}/${requestId}`, name }]

/** A snapshot is followed by its image, which vanishes when it fails. */
const ofImage = 'image/'
export const jobsOfImage = (image: string): readonly Job[] => [{ id: `${ofImage}${image}`, name: 'snapshot' }]

export const createJobs = (client: OpenstackClient, catalog: CatalogClient) => async (jobs: readonly Job[]): Promise<readonly JobState[]> => {
  const images = jobs.filter(({ id }) => id.startsWith(ofImage)).map(({ id }) => id.slice(ofImage.length))
  const shown = new Map(images.length === 0 ? [] : (await catalog.imagesById(images)).map(row => [row.id, row.status ?? '']))
  return await Promise.all(jobs.map(async job => job.id.startsWith(ofImage)
    ? toImageState(job, shown.get(job.id.slice(ofImage.length)))
    : await readEntry(client, job)))
}

const imageEnds: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['active', 'succeeded'], ['deactivated', 'succeeded'], ['queued', 'running'], ['saving', 'running'], ['importing', 'running'], ['uploading', 'running']
])

function toImageState (job: Job, word: string | undefined): JobState {
  const status = word === undefined ? 'failed' : imageEnds.get(word) ?? 'failed'
  const error = status !== 'failed' ? null : word === undefined ? 'the provider has discarded the snapshot' : `the provider shows the snapshot as ${word}`
  return { ...job, status, vendorStatus: word ?? null, error }
}

/** A cloud may keep its log from its users: then it decides nothing. */
async function readEntry (client: OpenstackClient, job: Job): Promise<JobState> {
  const [server = '', requestId = ''] = job.id.split('/')
  const unknown: JobState = { ...job, status: 'running', vendorStatus: null, error: null }
  try {
    return toState(job, await client.getAction(server, requestId))
  } catch (error) {
    if (error instanceof UpstreamError && (error.failure === 'not-found' || error.failure === 'forbidden' || error.failure === 'unsupported')) return unknown
    throw error
  }
}

/** An action that failed on one host and went on at another keeps its `message`: the last event decides. */
function toState (job: Job, { message, events }: ActionWire): JobState {
  const done = (events ?? []).filter(({ finish_time: end }) => typeof end === 'string').sort((a, b) => compareText(a.finish_time ?? '', b.finish_time ?? ''))
  const last = done.at(-1)
  if (message === 'Error' && (last === undefined || last.result === 'Error')) {
    const where = typeof last?.event === 'string' ? ` in ${last.event}` : ''
    return { ...job, status: 'failed', vendorStatus: message, error: `the provider's log shows ${job.name} as failed${where}${guessOf(done)}` }
  }
  const isOver = last !== undefined && done.length === events?.length
  return { ...job, status: isOver ? 'succeeded' : 'running', vendorStatus: isOver ? last.result ?? null : null, error: null }
}

/** Why it failed is for administrators only. */
const guessOf = (events: ReadonlyArray<{ readonly event?: string | null | undefined }>): string => {
  const names = events.map(({ event }) => event ?? '')
  const isUnplaced = names.includes('conductor_migrate_server') && !names.some(name => name.startsWith('compute_'))
  return isUnplaced ? `; no host was tried, so presumably ${failures.capacity.sentence} (${failures.capacity.problem})` : ''
}
