import type { Job, JobState } from '../adapters/verbs.ts'
import type { Snapshot } from '../domain/catalog.ts'
import type { Goal } from '../domain/operation.ts'
import type { ServerFacts } from '../domain/server.ts'
import { evaluateGoal, isInAmbiguousTransition, isInTransition } from './goal.ts'
import { ended, undecided } from './transitions.ts'
import type { StoredOperation } from '../state/operation-store.ts'

/** How long a new job may be missing at the provider before it counts as expired. */
const jobAppearsWithinMs = 60_000

/** The operation after a poll of its jobs: it succeeds when all have succeeded and fails with the first that failed. */
export function afterJobs (stored: StoredOperation, states: readonly JobState[], now: number): StoredOperation {
  const stateOf = ({ id, name }: Job): JobState | undefined => states.find(state => state.id === id && state.name === name)
  const found = stored.jobs.map(stateOf).filter(state => state !== undefined)
  const failed = found.find(({ status }) => status === 'failed')
  const decisive = failed ?? found.find(({ status }) => status !== 'succeeded') ?? found[0]
  const polled = afterAnswer(stored, decisive)
  if (failed !== undefined) return ended(polled, { status: 'failed', error: reasonOf(failed) }, now)
  const isLost = found.some(({ status }) => status === 'unknown') && now - stored.actedAt >= jobAppearsWithinMs
  const isOver = ({ status }: JobState): boolean => status === 'succeeded' || (isLost && status === 'unknown')
  if (found.length < stored.jobs.length || !found.every(isOver)) return undecided(polled, now)
  // The jobs have ended, but a step remains or the new server's id is unknown: from then on the server decides.
  const isSearching = stored.search !== null && stored.operation.server_id === null
  if (stored.next !== null || isSearching) return undecided({ ...polled, jobs: [] }, now)
  const { goal } = stored
  if (goal === null || (isLost ? goal.unprovable === true : !mustShow(goal))) {
    return ended(polled, isLost ? { status: 'unknown', note: lostNote } : { status: 'succeeded' }, now)
  }
  // A job may end before the server shows its result, or may end without one.
  return { ...undecided({ ...polled, jobs: [], goal: { ...goal, unprovable: undefined } }, now), nextPollAt: now }
}

const lostNote = 'The provider no longer has its record of this work, and the server does not show whether it was done.'

const reasonOf = ({ name, error }: JobState): string => error ?? `the provider reports that ${name} failed`

const mustShow = ({ shown, plan, cpus, memory_mib: memoryMib, disk_gib: diskGib }: Goal): boolean =>
  shown === true || [plan, cpus, memoryMib, diskGib].some(size => size !== undefined)

/** What a poll found besides the server. */
export interface Findings {
  /** The server's snapshots, if the goal concerns them. */
  readonly snapshots?: readonly Snapshot[] | null
  /** Why the provider shows the server in error. */
  readonly fault?: string | null
  /** The provider's log of the action, read while the server shows no work under way. */
  readonly log?: readonly JobState[]
}

/** The operation after a poll of its server; null: the server does not exist. */
export function afterServer (
  stored: StoredOperation, server: ServerFacts | null, now: number, { snapshots = null, fault = null, log = [] }: Findings = {}
): StoredOperation {
  const isProven = log.length > 0 && log.every(({ status }) => status === 'succeeded')
  const goal = isProven && stored.goal !== null ? { ...stored.goal, unprovable: undefined } : stored.goal
  const isAmbiguous = stored.phase === 'ambiguous'
  if (goal === null) return ended(stored, { status: isAmbiguous ? 'unknown' : 'succeeded' }, now)
  const isTransition = isAmbiguous ? isInAmbiguousTransition : isInTransition
  const transitionSeen = stored.transitionSeen || isProven || (server !== null && isTransition(goal, server))
  const polled = { ...afterAnswer(stored, log[0]), transitionSeen }
  const isNew = stored.operation.action === 'create'
  const sinceSentMs = now - stored.actedAt
  const { verdict, error, note } = evaluateGoal(goal, server, { sinceSentMs, transitionSeen, isNew, isAmbiguous, snapshots, fault })
  if (verdict === 'failed') return ended(polled, { status: 'failed', error }, now)
  const failed = log.find(({ status }) => status === 'failed')
  if (failed !== undefined) return ended(polled, { status: 'failed', error: reasonOf(failed) }, now)
  if (verdict !== 'done' || stored.next !== null) return undecided(polled, now)
  const notes = [polled.operation.note, note].filter(text => text !== null)
  return ended(polled, { status: 'succeeded', note: notes.length === 0 ? null : notes.join(' ') }, now)
}

/** After a poll that succeeded: removes the note of an earlier failed poll, and publishes the provider's job, if there is one. */
const afterAnswer = (stored: StoredOperation, job: JobState | undefined): StoredOperation => {
  const { operation } = stored
  const upstream = job === undefined ? operation.upstream : { id: job.id, status: job.vendorStatus }
  return { ...stored, operation: { ...operation, upstream, note: withoutFailedPoll(operation.note) } }
}

/** The operation after a poll that failed. */
export function afterFailedPoll (stored: StoredOperation, reason: string, now: number): StoredOperation {
  const note = withoutFailedPoll(stored.operation.note)
  return undecided({ ...stored, operation: { ...stored.operation, note: `${note === null ? '' : `${note} `}${failedPoll}${reason}` } }, now)
}

const failedPoll = 'The last poll failed: '
const withoutFailedPoll = (note: string | null): string | null => {
  const lasting = note?.split(failedPoll, 1)[0]?.trim() ?? ''
  return lasting === '' ? null : lasting
}
