import { randomBytes } from 'node:crypto'
import type { Accepted } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import { isFinal, type Goal, type Operation } from '../domain/operation.ts'
import { idPrefixAt, type Search, type StoredOperation } from '../state/operation-store.ts'

/** An action as recorded before its first call. */
export interface Intent {
  readonly account: string
  readonly provider: string
  readonly action: string
  readonly serverId: string | null
  /** What the server will show when the work is done; null: it is done when it is accepted. */
  readonly goal: Goal | null
  readonly search: Search | null
  /** `intended` if no call may be sent before `markSending`. */
  readonly phase: 'intended' | 'sending'
  /** The milliseconds after which the request that sends the call has certainly ended. */
  readonly sendingMs: number
  /** The milliseconds that the work may take; absent: ten or thirty minutes, depending on the action. */
  readonly deadlineMs?: number | undefined
}

const minute = 60_000
/** These may take thirty minutes, other actions ten. */
const longActions = new Set(['create', 'rebuild'])
const defaultDeadlineMs = (action: string): number => (longActions.has(action) ? 30 : 10) * minute
/**
 * How long the server of an ambiguous create may be missing before it counts as not created. After a closed connection the vendor finishes
 * soon; after a timeout it may still be working.
 */
const settleAfterResetMs = 30_000
const settleAfterSilenceMs = 3 * minute
const settleAfterCrashMs = 3 * minute

/**
 * Delays of the first polls; afterwards an operation is polled every five seconds. The delays grow with the time that has passed, so short
 * work is reported soon and long work needs few polls.
 */
const firstDelaysMs: readonly number[] = [500, 1000, 2000, 3000]
const pollEveryMs = 5000

/** Milliseconds until the next poll, after `polls` of them. */
export const delayAfter = (polls: number): number => firstDelaysMs[polls] ?? pollEveryMs

/** Restarts the delays of the polls after a call was sent. */
export const restartPolls = (now: number): Pick<StoredOperation, 'actedAt' | 'polls' | 'nextPollAt'> =>
  ({ actedAt: now, polls: 0, nextPollAt: now + delayAfter(0) })

/** The record that is stored before the provider is called. */
export function newOperation (intent: Intent, owner: string, now: number): StoredOperation {
  const { account, provider, action, serverId, goal, search, phase, sendingMs, deadlineMs = defaultDeadlineMs(action) } = intent
  const created = new Date(now).toISOString()
  return {
    operation: {
      id: `${idPrefixAt(now)}${randomBytes(8).toString('hex')}`,
      account,
      provider,
      action,
      server_id: serverId,
      status: 'pending',
      created_at: created,
      updated_at: created,
      finished_at: null,
      progress: null,
      error: null,
      note: null,
      upstream: null
    },
    version: 1,
    phase,
    owner,
    sendingUntil: now + sendingMs,
    ambiguousSince: null,
    settleMs: null,
    notMade: false,
    jobs: [],
    goal,
    next: null,
    stepsSent: 0,
    search,
    startedAt: now,
    deadlineAt: now + deadlineMs,
    transitionSeen: false,
    ...restartPolls(now)
  }
}

export function afterAccepted (stored: StoredOperation, accepted: Accepted, now: number): StoredOperation {
  const { jobs = [], goal = stored.goal, next = null, note = null, begun = false } = accepted
  const [job] = jobs
  const { operation } = stored
  const followed: StoredOperation = {
    ...stored,
    ...restartPolls(now),
    phase: 'following',
    ambiguousSince: null,
    notMade: false,
    jobs,
    goal,
    next,
    transitionSeen: stored.transitionSeen || begun,
    operation: {
      ...operation,
      status: 'running',
      server_id: accepted.serverId ?? operation.server_id,
      updated_at: new Date(now).toISOString(),
      finished_at: null,
      error: null,
      note,
      upstream: job === undefined ? accepted.upstream ?? null : { id: job.id, status: null }
    }
  }
  const isDone = accepted.done === true || (jobs.length === 0 && goal === null && next === null)
  return isDone ? ended(followed, { status: 'succeeded' }, now) : followed
}

export function afterAmbiguous (stored: StoredOperation, error: unknown, now: number): StoredOperation {
  const upstream = error instanceof UpstreamError ? error : null
  const isAccepted = upstream?.sideEffect === 'certain'
  const isReset = upstream?.failure === 'unreachable'
  const why = isAccepted
    ? 'The provider accepted the call, but its answer could not be read'
    : upstream === null ? 'The gateway failed while it sent the call' : `The provider did not answer (${upstream.failure})`
  const note = `${why}; the result is judged by what the provider shows.`
  return {
    ...stored,
    ...restartPolls(now),
    phase: 'ambiguous',
    sendingUntil: now,
    ambiguousSince: now,
    settleMs: isAccepted ? null : isReset ? settleAfterResetMs : settleAfterSilenceMs,
    operation: { ...stored.operation, status: 'running', updated_at: new Date(now).toISOString(), note }
  }
}

/**
 * The operation after its process crashed. A call that was only intended was certainly not sent: it ends here, because a search for its
 * server could claim the server of another create.
 */
export function afterCrash (stored: StoredOperation, now: number): StoredOperation {
  if (stored.phase === 'intended') {
    const error = 'The gateway stopped before it sent the request: nothing was done.'
    return { ...ended(stored, { status: 'failed', error }, now), notMade: true }
  }
  const note = 'The gateway stopped while the request was being sent; the result is judged by what the provider shows.'
  return {
    ...stored,
    ...restartPolls(now),
    phase: 'ambiguous',
    ambiguousSince: now,
    settleMs: settleAfterCrashMs,
    nextPollAt: now,
    operation: { ...stored.operation, status: 'running', note }
  }
}

/** The operation after a poll without a verdict: polled again later, unless the deadline has passed. */
export function undecided (stored: StoredOperation, now: number): StoredOperation {
  if (now >= stored.deadlineAt) {
    const why = 'The deadline passed before the provider showed a result'
    const { note } = stored.operation
    return ended(stored, { status: 'unknown', note: note === null ? `${why}.` : `${why}. ${note}` }, now)
  }
  const status = stored.phase === 'sending' ? 'pending' : 'running'
  const polls = stored.polls + 1
  const operation = { ...stored.operation, status, updated_at: new Date(now).toISOString() } as const
  return { ...stored, polls, nextPollAt: now + delayAfter(polls), operation }
}

export function ended (stored: StoredOperation, outcome: Pick<Operation, 'status'> & Partial<Operation>, now: number): StoredOperation {
  const at = new Date(now).toISOString()
  return { ...stored, next: null, operation: { ...stored.operation, ...outcome, updated_at: at, finished_at: at } }
}

export const isEnded = (stored: StoredOperation): boolean => isFinal(stored.operation.status)
