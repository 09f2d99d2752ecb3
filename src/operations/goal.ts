import { canonicalAddress } from '../domain/address.ts'
import type { Snapshot } from '../domain/catalog.ts'
import type { Goal, Verdict } from '../domain/operation.ts'
import type { ServerFacts } from '../domain/server.ts'

/** What is known of an action, except for the server itself. */
export interface ActionFacts {
  /** Milliseconds since the last call of the action was sent. */
  readonly sinceSentMs: number
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

export interface Evaluation {
  readonly verdict: Verdict
  readonly note: string | null
  readonly error: string | null
}

/** Vendors replicate states with a delay: an old `error` right after an action does not belong to the action. */
const staleForMs = 3000
/** A reboot that took less than this may have gone unseen between two polls. */
const transitionSettlesMs = 15_000
/** How long a new server may be missing before it counts as gone. */
const appearsWithinMs = 60_000

const going: Evaluation = { verdict: 'going', note: null, error: null }
const done: Evaluation = { verdict: 'done', note: null, error: null }
const failed = (error: string): Evaluation => ({ verdict: 'failed', note: null, error })

/** Compares the goal with the server as the provider shows it; null: the provider shows no such server. */
export function evaluateGoal (goal: Goal, server: ServerFacts | null, facts: ActionFacts): Evaluation {
  const { sinceSentMs, transitionSeen, isNew, isAmbiguous, snapshots = null, fault = null } = facts
  const snapshot = snapshots?.find(({ id }) => id === goal.missingSnapshot)
  if (snapshot?.status === 'error' && sinceSentMs > staleForMs) {
    return failed(`the provider shows the snapshot as ${snapshot.provider_status ?? 'in error'}`)
  }
  if (server === null) return evaluateMissing(goal, goal.missingSnapshot !== undefined || (isNew && sinceSentMs < appearsWithinMs))
  if (showsFailure(goal, server)) {
    const isFresh = transitionSeen || (goal.absent !== true && sinceSentMs > staleForMs)
    const reason = fault === null ? '' : `: ${fault}`
    return isFresh ? failed(`the provider shows the server as ${server.provider_status ?? 'in error'}${reason}`) : going
  }
  const isShown = goal.absent !== true && goal.unprovable !== true && isReached(goal, server) && isSnapshotGone(goal, snapshots)
  if (!isShown || isBusy(server)) return going
  if (goal.transition !== true || transitionSeen) return done
  if (isAmbiguous || sinceSentMs < transitionSettlesMs) return going
  return { ...done, note: 'The server is in the expected state; the restart itself was not observed.' }
}

function evaluateMissing (goal: Goal, mayAppear: boolean): Evaluation {
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
    matches(goal.name, server.name) &&
    matches(goal.protected, server.protected) &&
    matches(goal.plan, server.plan?.id) &&
    matches(goal.cpus, server.cpus) &&
    matches(goal.memory_mib, server.memory_mib) &&
    matches(goal.disk_gib, server.disk_gib) &&
    (goal.has ?? []).every(address => shown.has(canonicalAddress(address))) &&
    !(goal.missing ?? []).some(address => shown.has(canonicalAddress(address)))
}

const isSnapshotGone = ({ missingSnapshot }: Goal, snapshots: readonly Snapshot[] | null): boolean =>
  missingSnapshot === undefined || (snapshots !== null && !snapshots.some(({ id }) => id === missingSnapshot))

const matches = <T>(wanted: T | undefined, shown: T | null | undefined): boolean => wanted === undefined || wanted === shown

/** Whether the server is in the transition that proves that the provider received the call, if that is unknown. */
export const isInAmbiguousTransition = (goal: Goal, server: ServerFacts): boolean =>
  goal.via === undefined ? isInTransition(goal, server) : server.status === goal.via

/** Whether the server is busy, or in a state that is neither the goal's nor inconclusive. */
export const isInTransition = (goal: Goal | null, server: ServerFacts): boolean =>
  isBusy(server) || !([...(goal?.statuses ?? ['running', 'stopped', 'rescue']), 'error', 'unknown'].includes(server.status))

/** A lock without a running task was set by an administrator and does not concern the action. */
const isBusy = (server: ServerFacts): boolean => server.locked === true && server.task !== null
