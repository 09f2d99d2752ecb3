import type { Job, JobState } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { VmmanagerClient } from './client.ts'
import { idOf } from './ids.ts'
import { taskOf, toJobState, toReason } from './mapping.ts'
import type { TaskWire } from './schema.ts'

export const createJobs = (client: VmmanagerClient) => async (jobs: readonly Job[]): Promise<readonly JobState[]> => {
  const { list } = await client.listTasks(jobs.map(job => idOf(job.id)))
  return await Promise.all(jobs.map(async job => await lookAtJob(client, job, taskOf(job, list))))
}

/** The reason of a failure is in the single task, not in the list. */
async function lookAtJob (client: VmmanagerClient, job: Job, task: TaskWire | undefined): Promise<JobState> {
  const state = toJobState(job, task)
  const rowId = task?.id ?? null
  return state.status === 'failed' && rowId !== null ? { ...state, error: await reasonOf(client, rowId) } : state
}

/** The failure is already known: an unreadable reason is null. */
async function reasonOf (client: VmmanagerClient, rowId: string): Promise<string | null> {
  try {
    return toReason(await client.getTask(rowId))
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}
