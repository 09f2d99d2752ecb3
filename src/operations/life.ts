import { randomBytes } from 'node:crypto'
import type { Accepted } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Goal } from '../domain/operation.ts'
import { ended, pauseAfter } from './follow.ts'
import { idPrefixAt, type Search, type StoredOperation } from '../state/operation-store.ts'

/** An action before its first call is sent. */
export interface Intent {
  readonly account: string
  readonly provider: string
  readonly action: string
  readonly serverId: string | null
  /** The server as it will be shown when the work is done; null: done when accepted. */
  readonly goal: Goal | null
  readonly search: Search | null
  /** `intended` if no call may be sent before `ask`. */
  readonly phase: 'intended' | 'asking'
  /** Milliseconds after which the request that sends the call has certainly ended. */
  readonly askForMs: number
  /** Milliseconds that the work may take. Default: the usual time of the action. */
  readonly deadlineMs?: number | undefined
}

const minute = 60_000
/** Milliseconds that a create or rebuild may take; other actions have ten minutes. */
const longActions = new Set(['create', 'rebuild'])
const usualDeadlineMs = (action: string): number => (longActions.has(action) ? 30 : 10) * minute
/** A vendor finishes soon after a closed connection; after a timeout it may still work for long. */
const settleAfterResetMs = 30_000
const settleAfterSilenceMs = 3 * minute

/** The record that is stored before the provider is called. */
export function intended (intent: Intent, owner: string, at: number): StoredOperation {
  const { account, provider, action, serverId, goal, search, phase, askForMs, deadlineMs = usualDeadlineMs(action) } = intent
  const created = new Date(at).toISOString()
  return {
    operation: {
      id: `${idPrefixAt(at)}${randomBytes(8).toString('hex')}`,
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
    askingUntil: at + askForMs,
    ambiguousSince: null,
    settleMs: null,
    notMade: false,
    jobs: [],
    goal,
    next: null,
    stepsSent: 0,
    search,
    startedAt: at,
    actedAt: at,
    deadlineAt: at + deadlineMs,
    polls: 0,
    nextPollAt: at + pauseAfter(0),
    transitionSeen: false
  }
}

export function afterAccepted (stored: StoredOperation, accepted: Accepted, now: number): StoredOperation {
  const { jobs = [], goal = stored.goal, next = null, note = null, begun = false } = accepted
  const [job] = jobs
  const { operation } = stored
  const followed: StoredOperation = {
    ...stored,
    phase: 'following',
    ambiguousSince: null,
    notMade: false,
    jobs,
    goal,
    next,
    transitionSeen: stored.transitionSeen || begun,
    actedAt: now,
    polls: 0,
    nextPollAt: now + pauseAfter(0),
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
    : `The provider did not answer (${upstream?.failure ?? 'internal error of the gateway'})`
  return {
    ...stored,
    phase: 'ambiguous',
    askingUntil: now,
    ambiguousSince: now,
    settleMs: isAccepted ? null : isReset ? settleAfterResetMs : settleAfterSilenceMs,
    actedAt: now,
    polls: 0,
    nextPollAt: now + pauseAfter(0),
    operation: { ...stored.operation, status: 'running', updated_at: new Date(now).toISOString(), note: `${why}; the result is judged by what the provider shows.` }
  }
}
