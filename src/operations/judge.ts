import { canonicalAddress } from '../domain/address.ts'
import type { Snapshot } from '../domain/catalog.ts'
import type { Goal, Verdict } from '../domain/operation.ts'
import type { ServerFacts } from '../domain/server.ts'

/** The facts about an action beside the server as it is shown now. */
export interface Circumstances {
  /** Milliseconds since the last call of the action was sent. */
  readonly sinceAskedMs: number
  readonly transitionSeen: boolean
  /** The operation creates the server: it may not be visible at once. */
  readonly isNew: boolean
  /** It is unknown whether the provider received the call. */
  readonly isAmbiguous: boolean
  /** The server's snapshots, if the goal concerns them. */
  readonly snapshots?: readonly Snapshot[] | null
  /** Why the provider shows the server in error. */
  readonly fault?: string | null
}

export interface Judgment {
  readonly verdict: Verdict
  readonly note: string | null
  readonly error: string | null
}

/** Vendors replicate states with a delay: an old `error` right after an action does not belong to the action. */
const staleForMs = 3000
/** How long a reboot may take and still go unseen between two polls. */
const transitionSettlesMs = 15_000
/** How long a new server may be missing before it counts as gone. */
const appearsWithinMs = 60_000

const going: Judgment = { verdict: 'going', note: null, error: null }
const done: Judgment = { verdict: 'done', note: null, error: null }
const failed = (error: string): Judgment => ({ verdict: 'failed', note: null, error })

/** Judges an action by the server that the provider shows now; null: it shows none. */
export function judge (goal: Goal, server: ServerFacts | null, circumstances: Circumstances): Judgment {
  const { sinceAskedMs, transitionSeen, isNew, isAmbiguous, snapshots = null, fault = null } = circumstances
  const left = snapshots?.find(({ id }) => id === goal.missingSnapshot)
  if (left?.status === 'error' && sinceAskedMs > staleForMs) {
    return failed(`the provider shows the snapshot as ${left.provider_status ?? 'in error'}`)
  }
  if (server === null) return judgeMissing(goal, goal.missingSnapshot !== undefined || (isNew && sinceAskedMs < appearsWithinMs))
  if (showsFailure(goal, server)) {
    const isFresh = transitionSeen || (goal.absent !== true && sinceAskedMs > staleForMs)
    const reason = fault === null ? '' : `: ${fault}`
    return isFresh ? failed(`the provider shows the server as ${server.provider_status ?? 'in error'}${reason}`) : going
  }
  const isShown = goal.absent !== true && goal.unprovable !== true && isReached(goal, server) && isSnapshotGone(goal, snapshots)
  if (!isShown || isBusy(server)) return going
  if (goal.transition !== true || transitionSeen) return done
  if (isAmbiguous || sinceAskedMs < transitionSettlesMs) return going
  return { ...done, note: 'The server is in the expected state; the restart itself was not observed.' }
}

function judgeMissing (goal: Goal, mayAppear: boolean): Judgment {
  if (goal.absent === true) return done
  return mayAppear ? going : failed('the server is gone')
}

function showsFailure (goal: Goal, server: ServerFacts): boolean {
  if (goal.failed !== undefined) return goal.failed.includes(server.provider_status ?? '')
  return server.status === 'error' && (goal.statuses !== undefined || goal.absent === true)
}

function isReached (goal: Goal, server: ServerFacts): boolean {
  const shown = new Set(server.addresses.map(({ address }) => canonicalAddress(address)))
  return (goal.statuses === undefined || goal.statuses.includes(server.status)) &&
    isAsAsked(goal.name, server.name) &&
    isAsAsked(goal.protected, server.protected) &&
    isAsAsked(goal.plan, server.plan?.id) &&
    isAsAsked(goal.cpus, server.cpus) &&
    isAsAsked(goal.memory_mib, server.memory_mib) &&
    isAsAsked(goal.disk_gib, server.disk_gib) &&
    (goal.has ?? []).every(address => shown.has(canonicalAddress(address))) &&
    !(goal.missing ?? []).some(address => shown.has(canonicalAddress(address)))
}

const isSnapshotGone = ({ missingSnapshot }: Goal, snapshots: readonly Snapshot[] | null): boolean =>
  missingSnapshot === undefined || (snapshots !== null && !snapshots.some(({ id }) => id === missingSnapshot))

const isAsAsked = <T>(asked: T | undefined, shown: T | null | undefined): boolean => asked === undefined || asked === shown

/** The transition that must have been seen if it is unknown whether the provider received the call. */
export const isOnAmbiguousWay = (goal: Goal, server: ServerFacts): boolean =>
  goal.via === undefined ? isInTransition(goal, server) : server.status === goal.via

/** The server is in transition: in a state that is neither the goal's nor inconclusive. */
export const isInTransition = (goal: Goal | null, server: ServerFacts): boolean =>
  isBusy(server) || !([...(goal?.statuses ?? ['running', 'stopped', 'rescue']), 'error', 'unknown'].includes(server.status))

/** A lock without a running task was set by an administrator and does not concern the action. */
const isBusy = (server: ServerFacts): boolean => server.locked === true && server.task !== null
