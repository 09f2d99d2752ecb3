import type { Accepted, AllVerbs, Job, JobState, NextStep } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { OperationStatus } from '../../domain/operation.ts'
import type { VmmanagerClient } from './client.ts'
import type { ActionWire, TaskDetailWire, TaskWire } from './schema.ts'

/** The task that an action's answer names; none if it has no number. */
export function jobsOf ({ task, start_task: startTask }: ActionWire, name: string): Job[] {
  if (typeof startTask === 'string') return [{ id: startTask, name: 'host_start' }]
  return typeof task === 'string' ? [{ id: task, name }] : []
}

/** Without a number the server itself is polled. */
export function toAccepted (answer: ActionWire, name: string): Accepted {
  const jobs = jobsOf(answer, name)
  return jobs.length === 0 ? {} : { jobs }
}

/**
 * Sends related writes in sequence. Some platforms queue them, others may refuse the next one while they are busy: refused
 * writes are left for later, and completed ones are not reported as a failure.
 */
export async function sendInSequence (
  writes: ReadonlyArray<() => Promise<readonly Job[]>>, later: (from: number) => NextStep
): Promise<Accepted> {
  const tasks: Array<readonly Job[]> = []
  for (const [index, write] of writes.entries()) {
    try {
      tasks.push(await write())
    } catch (error) {
      const isBusy = error instanceof UpstreamError && error.failure === 'conflict'
      if (index === 0 || !isBusy) throw error
      return { ...followedTogether(tasks), next: later(index) }
    }
  }
  return followedTogether(tasks)
}

/** If one write has no number, the server is polled instead of the other tasks. */
const followedTogether = (tasks: ReadonlyArray<readonly Job[]>): Accepted =>
  tasks.length > 0 && tasks.every(({ length }) => length > 0) ? { jobs: tasks.flat() } : {}

export const createJobs = (client: VmmanagerClient): AllVerbs['jobs'] => async jobs => {
  const { list } = await client.listTasks(jobs.map(({ id }) => id))
  return await Promise.all(jobs.map(async job => {
    const task = taskOf(job, list)
    const state = toJobState(job, task)
    // The reason of a failure is in the single task, not in the list.
    return state.status === 'failed' && typeof task?.id === 'string' ? { ...state, error: await readReason(client, task.id) } : state
  }))
}

/** The known task names; those of rescue and password are guessed. */
const knownTasks: ReadonlySet<string> = new Set([
  'host_create', 'host_start', 'host_stop', 'host_restart', 'host_delete', 'host_reinstall', 'host_change_params', 'host_migrate',
  'host_restore', 'disk_resize', 'ip_change', 'ip_allocate', 'ip_delete', 'vm_backup'
])

/** Tasks may share a number and differ by name. A task known to be other work is ignored for this job. */
function taskOf (job: Job, tasks: readonly TaskWire[]): TaskWire | undefined {
  const rows = tasks.filter(row => row.consul_id === job.id)
  return rows.find(({ name }) => name === job.name) ?? rows.find(({ name }) => !knownTasks.has(name ?? ''))
}

/** Any other state, such as that of deferred work, means unfinished. */
const statuses: ReadonlyMap<string, OperationStatus> = new Map<string, OperationStatus>([
  ['created', 'pending'],
  ['running', 'running'],
  ['complete', 'succeeded'],
  ['fail', 'failed'],
  ['failed', 'failed']
])

/** A missing task is a short gap after the action, not a failure. */
function toJobState (job: Job, task: TaskWire | undefined): JobState {
  if (task === undefined) return { ...job, status: 'pending', vendorStatus: null, error: null }
  return { ...job, status: statuses.get(task.status) ?? 'running', vendorStatus: task.status, error: null }
}

/** The failure is already known: an unreadable reason is null. */
async function readReason (client: VmmanagerClient, rowId: string): Promise<string | null> {
  try {
    return toReason(await client.getTask(rowId))
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}

const longestReason = 300

/** The output of a task as one short line. */
function toReason ({ task, output }: TaskDetailWire): string | null {
  const line = (task?.output ?? output ?? '').replace(/\s+/g, ' ').trim()
  if (line === '') return null
  return line.length > longestReason ? `${line.slice(0, longestReason - 1)}…` : line
}
