import type { JobState } from '../adapters/verbs.ts'
import type { Snapshot } from '../domain/catalog.ts'
import { isFinal, type Goal, type Operation } from '../domain/operation.ts'
import type { ServerFacts } from '../domain/server.ts'
import { isInTransition, isOnAmbiguousWay, judge, type Judgment } from './judge.ts'
import type { StoredOperation } from '../state/operation-store.ts'

/**
 * Delays of the first polls; afterwards an operation is polled every five seconds. A verdict is never later than twice the duration of the
 * work.
 */
const pausesMs: readonly number[] = [500, 1000, 2000, 3000]
const pollEveryMs = 5000

/** Milliseconds until the next poll, after `polls` of them. */
export const pauseAfter = (polls: number): number => pausesMs[polls] ?? pollEveryMs

/** How long a new job may be missing at the provider before it counts as expired. */
const jobAppearsWithinMs = 60_000

/** The operation after a poll of its jobs: it succeeds when all have succeeded and fails with the first that failed. */
export function afterJobs (stored: StoredOperation, states: readonly JobState[], now: number): StoredOperation {
  const own = stored.jobs.map(job => states.find(state => state.id === job.id && state.name === job.name)).filter(state => state !== undefined)
  const failed = own.find(({ status }) => status === 'failed')
  const decisive = failed ?? own.find(({ status }) => status !== 'succeeded') ?? own[0]
  const upstream = decisive === undefined ? stored.operation.upstream : { id: decisive.id, status: decisive.vendorStatus }
  const polled: StoredOperation = { ...stored, operation: { ...stored.operation, upstream, note: withoutMiss(stored.operation.note) } }
  if (failed !== undefined) return ended(polled, { status: 'failed', error: reasonOf(failed) }, now)
  const isLost = own.some(({ status }) => status === 'unknown') && now - stored.actedAt >= jobAppearsWithinMs
  const isOver = ({ status }: JobState): boolean => status === 'succeeded' || (isLost && status === 'unknown')
  if (own.length < stored.jobs.length || !own.every(isOver)) return goOn(polled, now)
  // The jobs are done, but a step remains or the new server's id is unknown: from here on the server decides.
  if (stored.next !== null || (stored.search !== null && stored.operation.server_id === null)) return goOn({ ...polled, jobs: [] }, now)
  const { goal } = stored
  if (isLost) return afterLostJobs(polled, goal, now)
  if (goal === null || !mustShow(goal)) return ended(polled, { status: 'succeeded' }, now)
  // Jobs may end before the result is visible, or although it never comes.
  return { ...goOn({ ...polled, jobs: [], goal: { ...goal, unprovable: undefined } }, now), nextPollAt: now }
}

const lostNote = 'The provider no longer has its record of this work, and the server does not show whether it was done.'

/** The server decides, if it shows the result at all. */
function afterLostJobs (stored: StoredOperation, goal: Goal | null, now: number): StoredOperation {
  if (goal === null || goal.unprovable === true) return ended(stored, { status: 'unknown', note: lostNote }, now)
  return { ...goOn({ ...stored, jobs: [] }, now), nextPollAt: now }
}

const reasonOf = ({ name, error }: JobState): string => error ?? `the provider reports that ${name} failed`

const mustShow = ({ shown, plan, cpus, memory_mib: memoryMib, disk_gib: diskGib }: Goal): boolean =>
  shown === true || [plan, cpus, memoryMib, diskGib].some(size => size !== undefined)

/** The facts that a poll of a server found beside it. */
export interface Findings {
  /** The server's snapshots, if the goal concerns them. */
  readonly snapshots?: readonly Snapshot[] | null
  /** Why the provider shows the server in error. */
  readonly fault?: string | null
  /** The provider's log of the action, read while the server shows no work under way. */
  readonly log?: readonly JobState[]
}

/** The operation after a poll of its server; null: the server does not exist. */
export function afterServer (stored: StoredOperation, server: ServerFacts | null, now: number, { snapshots = null, fault = null, log = [] }: Findings = {}): StoredOperation {
  const isProven = log.length > 0 && log.every(({ status }) => status === 'succeeded')
  const goal = isProven && stored.goal !== null ? { ...stored.goal, unprovable: undefined } : stored.goal
  const { operation } = stored
  const isAmbiguous = stored.phase === 'ambiguous'
  if (goal === null) return ended(stored, { status: isAmbiguous ? 'unknown' : 'succeeded' }, now)
  const isOnItsWay = isAmbiguous ? isOnAmbiguousWay : isInTransition
  const transitionSeen = stored.transitionSeen || isProven || (server !== null && isOnItsWay(goal, server))
  const [entry] = log
  const upstream = entry === undefined ? operation.upstream : { id: entry.id, status: entry.vendorStatus }
  const polled: StoredOperation = { ...stored, transitionSeen, operation: { ...operation, upstream, note: withoutMiss(operation.note) } }
  const sinceAskedMs = now - stored.actedAt
  const judgment = judge(goal, server, { sinceAskedMs, transitionSeen, isNew: operation.action === 'create', isAmbiguous, snapshots, fault })
  if (judgment.verdict === 'failed') return ended(polled, { status: 'failed', error: judgment.error }, now)
  const failed = log.find(({ status }) => status === 'failed')
  if (failed !== undefined) return ended(polled, { status: 'failed', error: reasonOf(failed) }, now)
  const isDone = judgment.verdict === 'done' && stored.next === null
  return isDone ? ended(polled, { status: 'succeeded', note: joined(polled.operation.note, judgment) }, now) : goOn(polled, now)
}

/** The operation after a poll that failed. */
export function afterMiss (stored: StoredOperation, reason: string, now: number): StoredOperation {
  const note = withoutMiss(stored.operation.note)
  return goOn({ ...stored, operation: { ...stored.operation, note: `${note === null ? '' : `${note} `}${missMark}${reason}` } }, now)
}

/** Undecided: polled again later, unless the deadline has passed. */
export function goOn (stored: StoredOperation, now: number): StoredOperation {
  if (now >= stored.deadlineAt) {
    const why = 'The deadline passed before the provider showed a result'
    const { note } = stored.operation
    return ended(stored, { status: 'unknown', note: note === null ? `${why}.` : `${why}. ${note}` }, now)
  }
  const status = stored.phase === 'asking' ? 'pending' : 'running'
  return {
    ...stored,
    polls: stored.polls + 1,
    nextPollAt: now + pauseAfter(stored.polls + 1),
    operation: { ...stored.operation, status, updated_at: new Date(now).toISOString() }
  }
}

export function ended (stored: StoredOperation, verdict: Pick<Operation, 'status'> & Partial<Operation>, now: number): StoredOperation {
  const at = new Date(now).toISOString()
  return { ...stored, next: null, operation: { ...stored.operation, ...verdict, updated_at: at, finished_at: at } }
}

export const isEnded = (stored: StoredOperation): boolean => isFinal(stored.operation.status)

const missMark = 'The last poll failed: '
const withoutMiss = (note: string | null): string | null => {
  const lasting = note?.split(missMark, 1)[0]?.trim() ?? ''
  return lasting === '' ? null : lasting
}

const joined = (note: string | null, judgment: Judgment): string | null =>
  note === null || judgment.note === null ? judgment.note ?? note : `${note} ${judgment.note}`
