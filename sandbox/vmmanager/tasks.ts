import { take, type HostRecord, type Platform, type Row, type TaskRecord } from './model.ts'

interface TaskOrder extends Partial<Omit<TaskRecord, 'id' | 'hostId' | 'accountId'>> {
  readonly name: string
  readonly ms?: number
  /** Waits for this action (`host_stop`) instead of running. */
  readonly defer?: string
  /** Runs beside the host's other tasks, not after them. */
  readonly beside?: boolean
}

/** The part of its time that a task spends as `created`. */
const waitingShare = 0.2

export function submit (platform: Platform, host: HostRecord, order: TaskOrder): TaskRecord {
  const { ms = platform.behavior.actionMs, defer, beside, ...facts } = order
  const now = platform.now()
  const begin = beside === true ? now : Math.max(now, busyUntil(platform, host.id))
  const task: TaskRecord = {
    ...{ id: take(platform, 'task'), consulId: order.consulId ?? take(platform, 'consul'), hostId: host.id, accountId: host.accountId },
    ...{ createdAt: now, startAt: defer === undefined ? begin + ms * waitingShare : null, endAt: defer === undefined ? begin + ms : null },
    ...{ deferReason: defer ?? null, fails: takeFailure(platform, order.name), settled: false, apply: () => {}, fail: () => {} },
    ...facts
  }
  platform.tasks.set(task.id, task)
  const { endAt } = task
  if (endAt !== null) platform.later(endAt - now, () => { finish(task, endAt) })
  return task
}

function takeFailure ({ behavior: { failTasks } }: Platform, name: string): boolean {
  const key = (failTasks[name] ?? 0) > 0 ? name : '*'
  const remaining = failTasks[key] ?? 0
  if (remaining > 0) failTasks[key] = remaining - 1
  return remaining > 0
}

/** A host runs its tasks one after another; deferred ones do not block it. */
const busyUntil = (platform: Platform, hostId: number): number =>
  Math.max(0, ...unsettled(platform, hostId).map(task => task.endAt ?? 0))

const unsettled = ({ tasks }: Platform, hostId: number): TaskRecord[] =>
  [...tasks.values()].filter(task => task.hostId === hostId && !task.settled)

export const isBusy = (platform: Platform, hostId: number): boolean => busyUntil(platform, hostId) > platform.now()

function finish (task: TaskRecord, at: number): void {
  if (task.settled) return
  task.settled = true
  if (task.fails) task.fail(at)
  else task.apply(at)
}

/** Applies the changes that were deferred until the host stops. */
export function releaseDeferred (platform: Platform, hostId: number, at: number): void {
  for (const task of unsettled(platform, hostId).filter(({ endAt }) => endAt === null)) {
    Object.assign(task, { startAt: at, endAt: at })
    finish(task, at)
  }
}

/** The tasks of a deleted host are removed with it. */
export function dropTasks (platform: Platform, hostId: number, at: number): void {
  for (const task of unsettled(platform, hostId)) Object.assign(task, { startAt: at, endAt: at, fails: true, settled: true })
}

function statusOf (platform: Platform, task: TaskRecord): string {
  if (task.startAt === null) return 'deferred'
  if (task.settled) return task.fails ? platform.behavior.failedWord : 'complete'
  return platform.now() < task.startAt ? 'created' : 'running'
}

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000))

export const taskRow = (platform: Platform, task: TaskRecord): Row => {
  const now = platform.now()
  const startAt = task.startAt ?? now
  return {
    ...{ id: task.id, consul_id: task.consulId, name: task.name, status: statusOf(platform, task) },
    defer_reason: task.startAt === null ? task.deferReason : null,
    running_time: seconds(Math.min(now, task.endAt ?? now) - startAt),
    waiting_time: seconds(Math.min(now, startAt) - task.createdAt)
  }
}

export const isVisible = (platform: Platform, task: TaskRecord): boolean =>
  platform.now() >= task.createdAt + platform.behavior.taskRowDelayMs
