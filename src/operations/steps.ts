import { randomUUID } from 'node:crypto'
import type { Accepted, NextStep, AdapterVerbs } from '../adapters/verbs.ts'
import { failures, GatewayError, UpstreamError } from '../domain/failure.ts'
import type { ServerFacts } from '../domain/server.ts'
import { ended, isEnded } from './follow.ts'
import { judge } from './judge.ts'
import type { PollParts } from './poll-target.ts'
import type { StoredOperation } from '../state/operation-store.ts'

interface Taking {
  readonly stored: StoredOperation
  readonly next: NextStep
  readonly server: ServerFacts
}

/** Sends the next step of a multi-step verb when the server is ready for it, at most once. */
export async function takeStep (parts: PollParts, verbs: AdapterVerbs, { stored, next, server }: Taking): Promise<void> {
  const { account, operationEvents, clock: { now } } = parts
  const step = verbs.steps?.[next.name]
  if (step === undefined) {
    await operationEvents.update(stored, current => ended(current, { status: 'failed', error: `this version of the gateway has no step ${next.name}` }, now()))
    return
  }
  if (!step.isDue(server, next.input)) {
    await endLostStep(parts, { stored, next, server })
    return
  }
  const claim = claimOf(stored)
  const holder = randomUUID()
  const isFirst = await operationEvents.store.claim(account.id, claim, holder)
  try {
    // Claimed by a process that crashed: the step may have been sent and is not sent again. Once begun it is finished, even during
    // shutdown.
    const accepted = isFirst ? await account.connect(new AbortController().signal).steps?.[next.name]?.run(server.id, next.input) ?? {} : lost
    await operationEvents.update(stored, current => isEnded(current) ? null : afterStep(current, accepted, now()))
  } catch (error) {
    if (error instanceof UpstreamError && error.sideEffect === 'none' && failures[error.failure].call.deferrable) {
      await operationEvents.store.release(account.id, claim, holder)
    } else if (!(error instanceof GatewayError) && !(error instanceof UpstreamError && error.sideEffect === 'none')) {
      await operationEvents.update(stored, current => isEnded(current) ? null : afterStep(current, lost, now()))
      if (!(error instanceof UpstreamError)) parts.onFault(error)
    } else {
      const reason = account.safeText((error instanceof UpstreamError ? error.options.vendorMessage : null) ?? error.message)
      await operationEvents.update(stored, current => isEnded(current) ? null : ended(current, { status: 'failed', error: `${next.name}: ${reason}` }, now()))
    }
  }
}

const claimOf = ({ operation: { id }, stepsSent }: StoredOperation): string => `step:${id}:${stepsSent}`

/** A process may have ended after it sent a step. Then the step is never due again, and the server shows its result. */
async function endLostStep ({ account, operationEvents, clock: { now } }: PollParts, { stored, server }: Taking): Promise<void> {
  const { goal, actedAt, transitionSeen, phase } = stored
  if (goal === null) return
  const shown = judge(goal, server, { sinceAskedMs: now() - actedAt, transitionSeen, isNew: false, isAmbiguous: phase === 'ambiguous' })
  if (shown.verdict !== 'done') return
  const holder = randomUUID()
  if (await operationEvents.store.claim(account.id, claimOf(stored), holder)) {
    await operationEvents.store.release(account.id, claimOf(stored), holder)
    return
  }
  await operationEvents.update(stored, current => isEnded(current) ? null : afterStep(current, lost, now()))
}

const lost: Accepted = { note: 'The answer to a step was lost; the result is judged by what the server shows.' }

const afterStep = (stored: StoredOperation, accepted: Accepted, now: number): StoredOperation => ({
  ...stored,
  next: accepted.next ?? null,
  jobs: accepted.jobs ?? [],
  goal: accepted.goal ?? stored.goal,
  stepsSent: stored.stepsSent + 1,
  // The transition seen so far led to this step.
  transitionSeen: false,
  actedAt: now,
  polls: 0,
  nextPollAt: now + 500,
  operation: { ...stored.operation, note: accepted.note ?? stored.operation.note }
})
