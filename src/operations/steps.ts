import { randomUUID } from 'node:crypto'
import type { Accepted, AdapterVerbs, NextStep } from '../adapters/verbs.ts'
import { failures, GatewayError, UpstreamError } from '../domain/failure.ts'
import type { ServerFacts } from '../domain/server.ts'
import { evaluateGoal } from './goal.ts'
import type { PollParts } from './poll.ts'
import { ended, restartPolls } from './transitions.ts'
import type { Change, StoredOperation } from '../state/operation-store.ts'

interface DueStep {
  readonly stored: StoredOperation
  readonly next: NextStep
  readonly server: ServerFacts
}

/** Sends the next step of a multi-step verb when the server is ready for it, at most once. */
export async function sendStep (parts: PollParts, verbs: AdapterVerbs, due: DueStep): Promise<void> {
  const { account, operationEvents, clock: { now } } = parts
  const { stored, next, server } = due
  const update = async (change: Change): Promise<void> => { await operationEvents.updateOpen(stored, change) }
  const step = verbs.steps?.[next.name]
  if (step === undefined) {
    const error = `this version of the gateway has no step ${next.name}`
    return await update(current => ended(current, { status: 'failed', error }, now()))
  }
  if (!step.isDue(server, next.input)) return await endLostStep(parts, due)
  const connectStep = () => account.connect(new AbortController().signal).steps?.[next.name]
  const claim = claimOf(stored)
  const holder = randomUUID()
  const isFirst = await operationEvents.store.claim(account.id, claim, holder)
  try {
    // A step that another process has claimed may have been sent, so it is not sent again. A step that has begun is finished, even during
    // shutdown.
    const accepted = isFirst ? await connectStep()?.run(server.id, next.input) ?? {} : lost
    await update(current => afterStep(current, accepted, now()))
  } catch (error) {
    const isRefused = error instanceof UpstreamError && error.sideEffect === 'none'
    if (isRefused && failures[error.failure].call.deferrable) {
      await operationEvents.store.release(account.id, claim, holder)
    } else if (isRefused || error instanceof GatewayError) {
      const reason = account.safeText((isRefused ? error.options.vendorMessage : null) ?? error.message)
      await update(current => ended(current, { status: 'failed', error: `${next.name}: ${reason}` }, now()))
    } else {
      await update(current => afterStep(current, lost, now()))
      if (!(error instanceof UpstreamError)) parts.onFault(error)
    }
  }
}

const claimOf = ({ operation: { id }, stepsSent }: StoredOperation): string => `step:${id}:${stepsSent}`

/** Ends a step that a process sent before it crashed: such a step is never due again, and the server shows its result. */
async function endLostStep ({ account, operationEvents, clock: { now } }: PollParts, { stored, server }: DueStep): Promise<void> {
  const { goal, actedAt, transitionSeen, phase } = stored
  if (goal === null) return
  const facts = { sinceSentMs: now() - actedAt, transitionSeen, isNew: false, isAmbiguous: phase === 'ambiguous' }
  if (evaluateGoal(goal, server, facts).verdict !== 'done') return
  const holder = randomUUID()
  if (await operationEvents.store.claim(account.id, claimOf(stored), holder)) {
    await operationEvents.store.release(account.id, claimOf(stored), holder)
    return
  }
  await operationEvents.updateOpen(stored, current => afterStep(current, lost, now()))
}

const lost: Accepted = { note: 'The answer to a step was lost; the result is judged by what the server shows.' }

const afterStep = (stored: StoredOperation, accepted: Accepted, now: number): StoredOperation => ({
  ...stored,
  ...restartPolls(now),
  next: accepted.next ?? null,
  jobs: accepted.jobs ?? [],
  goal: accepted.goal ?? stored.goal,
  stepsSent: stored.stepsSent + 1,
  // The transition seen so far led to this step.
  transitionSeen: false,
  operation: { ...stored.operation, note: accepted.note ?? stored.operation.note }
})
