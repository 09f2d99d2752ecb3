import type { HostRecord, Platform, TaskRecord } from './model.ts'
import { take } from './model.ts'

export interface TaskOrder {
  readonly name: string
  readonly host: HostRecord | null
  readonly accountId: number
  readonly ms: number
  /** Given when a row shares the number of another task. */
  readonly consulId?: number
  /** Waits for this action (`host_stop`) instead of running. */
  readonly defer?: string
  /** Runs beside the host's other tasks, not after them. */
  readonly beside?: boolean
  readonly apply?: (at: number) => void
  readonly fail?: (at: number) => void
}

const nothing = (): void => {}
/** The part of its time that a task spends as `created`. */
const waitingShare = 0.2

export function submit (platform: Platform, order: TaskOrder): TaskRecord {
  const now = platform.now()
  const begin = order.host === null || order.beside === true ? now : Math.max(now, busyUntil(platform, order.host.id))
  const task: TaskRecord = {
    id: take(platform, 'task'),
    consulId: order.consulId ?? take(platform, 'consul'),
    name: order.name,
    hostId: order.host?.id ?? null,
    accountId: order.accountId,
    createdAt: now,
    startAt: order.defer === undefined ? begin + order.ms * waitingShare : null,
    endAt: order.defer === undefined ? begin + order.ms : null,
    deferReason: order.defer ?? null,
    fails: takeFailure(platform, order.name),
    settled: false,
    apply: order.apply ?? nothing,
    fail: order.fail ?? nothing
  }
  platform.tasks.set(task.id, task)
  return task
}

function takeFailure (platform: Platform, name: string): boolean {
  const planned = platform.knobs.failTasks
  const key = (planned[name] ?? 0) > 0 ? name : '*'
  const left = planned[key] ?? 0
  if (left <= 0) return false
  planned[key] = left - 1
  return true
}

/** A host works off its tasks one after another; deferred ones do not hold it up. */
const busyUntil = (platform: Platform, hostId: number): number =>
  Math.max(0, ...[...platform.tasks.values()]
    .filter(task => task.hostId === hostId && !task.settled)
    .map(task => task.endAt ?? 0))

export const isBusy = (platform: Platform, hostId: number): boolean => busyUntil(platform, hostId) > platform.now()

/** Brings the platform up to date: everything that ended since the last request happens now, in its order. */
export function settle (platform: Platform): void {
  const now = platform.now()
  for (;;) {
    const due = [...platform.tasks.values()]
      .filter(task => !task.settled && task.endAt !== null && task.endAt <= now)
      .sort((a, b) => (a.endAt ?? 0) - (b.endAt ?? 0) || a.id - b.id)[0]
    if (due === undefined) return
    finish(due)
  }
}

function finish (task: TaskRecord): void {
  const at = task.endAt ?? 0
  task.settled = true
  if (task.fails) task.fail(at)
  else task.apply(at)
}

/** Applies the changes that were deferred until the host stops. */
export function releaseDeferred (platform: Platform, hostId: number, at: number): void {
  for (const task of platform.tasks.values()) {
    if (task.hostId !== hostId || task.settled || task.deferReason === null || task.endAt !== null) continue
    task.startAt = at
    task.endAt = at
    finish(task)
  }
}

/** The tasks of a deleted host are removed with it. */
export function dropTasks (platform: Platform, hostId: number, at: number): void {
  for (const task of platform.tasks.values()) {
    if (task.hostId !== hostId || task.settled) continue
    task.startAt = at
    task.endAt = at
    task.fails = true
    task.settled = true
  }
}

function statusOf (platform: Platform, task: TaskRecord): string {
  const now = platform.now()
  if (task.startAt === null) return 'deferred'
  if (task.settled) return task.fails ? platform.knobs.failedWord : 'complete'
  return now < task.startAt ? 'created' : 'running'
}

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000))

export const taskRow = (platform: Platform, task: TaskRecord): { id: number, [key: string]: unknown } => {
  const now = platform.now()
  const startAt = task.startAt ?? now
  return {
    id: task.id,
    consul_id: task.consulId,
    name: task.name,
    status: statusOf(platform, task),
    defer_reason: task.startAt === null ? task.deferReason : null,
    running_time: seconds(Math.min(now, task.endAt ?? now) - startAt),
    waiting_time: seconds(Math.min(now, startAt) - task.createdAt)
  }
}

export const isVisible = (platform: Platform, task: TaskRecord): boolean =>
  platform.now() >= task.createdAt + platform.knobs.taskRowDelayMs
