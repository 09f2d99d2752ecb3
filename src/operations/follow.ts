import type { Action, ServerOperations } from '../adapters/contract.js'
import { UpstreamError } from '../domain/failure.js'
import { isFinal, type Operation, type OperationStatus } from '../domain/operation.js'
import type { ServerFacts } from '../domain/server.js'
import { isInTransition, judge, type Judgement } from './judge.js'
import type { StoredOperation } from './store.js'

/** Looks once at the provider and tells what has become of an operation. One upstream call. */
export async function look (stored: StoredOperation, operations: ServerOperations, now: number): Promise<StoredOperation> {
  if (isFinal(stored.operation.status)) return stored
  const seen = stored.jobs.length > 0 ? await lookAtJobs(stored, operations) : await lookAtServer(stored, operations, now)
  const looked = { ...seen, lastLookAt: now, operation: { ...seen.operation, updated_at: new Date(now).toISOString() } }
  if (isFinal(looked.operation.status)) return { ...looked, operation: { ...looked.operation, finished_at: looked.operation.updated_at } }
  return expireAfterDeadline(looked, now)
}

/** A look that failed changes nothing but the note: the work at the provider goes on whether we can see it or not. */
export const lookedInVain = (stored: StoredOperation, note: string, now: number): StoredOperation =>
  expireAfterDeadline({ ...stored, lastLookAt: now, operation: { ...stored.operation, note } }, now)

/** After the deadline the truth is that we do not know. */
function expireAfterDeadline (stored: StoredOperation, now: number): StoredOperation {
  if (now < stored.deadlineAt) return stored
  const at = new Date(now).toISOString()
  const note = `The deadline passed before the provider showed a result. ${stored.operation.note ?? ''}`.trim()
  return { ...stored, operation: { ...stored.operation, status: 'unknown', note, updated_at: at, finished_at: at } }
}

async function lookAtJobs (stored: StoredOperation, { jobs }: ServerOperations): Promise<StoredOperation> {
  if (jobs === undefined) throw new Error('an operation has jobs, its adapter reads none')
  const states = await jobs(stored.jobs)
  const bad = states.find(state => state.status === 'failed')
  const [first] = states
  const status: OperationStatus = bad !== undefined
    ? 'failed'
    : states.length > 0 && states.every(state => state.status === 'succeeded') ? 'succeeded' : 'running'
  const shown = bad ?? first
  const operation: Operation = {
    ...stored.operation,
    status,
    note: null,
    error: bad === undefined ? null : bad.error ?? 'the provider reports that the task failed',
    upstream: shown === undefined ? stored.operation.upstream : { id: shown.id, status: shown.vendorStatus }
  }
  return { ...stored, operation }
}

async function lookAtServer (stored: StoredOperation, operations: ServerOperations, now: number): Promise<StoredOperation> {
  const { operation } = stored
  const server = operation.server_id === null ? null : await currentServer(operations, operation.server_id)
  const transitionSeen = stored.transitionSeen || (server !== null && isInTransition(server))
  const judgement = judgeWith(actionOf(operations, operation.action), operation.action, server, { sinceStartMs: now - stored.startedAt, transitionSeen })
  const statuses = { done: 'succeeded', going: 'running', failed: 'failed' } as const
  return {
    ...stored,
    transitionSeen,
    operation: { ...operation, status: statuses[judgement.verdict], note: judgement.note, error: judgement.error }
  }
}

async function currentServer (operations: ServerOperations, id: string): Promise<ServerFacts | null> {
  try {
    return (await operations.get.run(id)).server
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'not-found') return null
    throw error
  }
}

function judgeWith (action: Action | undefined, name: string, server: ServerFacts | null, circumstances: { sinceStartMs: number, transitionSeen: boolean }): Judgement {
  if (action?.judge === undefined) return judge(name, server, circumstances)
  return { verdict: action.judge(server), note: null, error: null }
}

const actionOf = (operations: ServerOperations, name: string): Action | undefined =>
  name === 'start' || name === 'stop' || name === 'reboot' ? operations[name] : undefined
