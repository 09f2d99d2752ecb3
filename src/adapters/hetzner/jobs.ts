import type { OperationStatus } from '../../domain/operation.ts'
import type { AdapterVerbs, Job, JobState } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import type { ActionWire } from './schema.ts'

/** The vendor ignores further ids. */
const mostAtOnce = 25

const statuses: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['running', 'running'], ['success', 'succeeded'], ['error', 'failed']
])

export const createJobs = (client: HetznerClient): NonNullable<AdapterVerbs['jobs']> => async jobs => {
  const ids = [...new Set(jobs.map(({ id }) => id))]
  const found = new Map<string, ActionWire>()
  for (let from = 0; from < ids.length; from += mostAtOnce) {
    for (const action of await client.getActions(ids.slice(from, from + mostAtOnce))) found.set(action.id, action)
  }
  return jobs.map(job => toState(job, found.get(job.id)))
}

/** An action that is not in the answer has expired or belongs to another project: it has not failed. */
function toState (job: Job, action: ActionWire | undefined): JobState {
  const status = statuses.get(action?.status ?? '') ?? 'unknown'
  return { ...job, status, vendorStatus: action?.status ?? null, error: status === 'failed' ? reasonOf(action) : null }
}

/** The code and message of an error may both be empty. */
function reasonOf (action: ActionWire | undefined): string | null {
  const { code, message } = action?.error ?? {}
  const [text, reason] = [message ?? '', code ?? '']
  if (text === '') return reason === '' ? null : reason
  return reason === '' ? text : `${text} (${reason})`
}
