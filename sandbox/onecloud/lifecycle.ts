import type { ServerRow, Step, World } from './world.ts'
import { nextSerial } from './world.ts'
import { uuid } from './values.ts'

export interface Course {
  /** The path word of the action, for the failing knob and names like `fail-start-1`. */
  readonly action: string
  readonly task: string
  readonly ms: number
  /** The first holds at once, the last at the end; the others share the time between. */
  readonly statuses: readonly string[]
  /** What happens when the status at that index is reached. */
  readonly effects?: Readonly<Record<number, (at: number) => void>>
}

const failedWords = new Map([
  ['start', 'start_fail'], ['stop', 'stop_fail'], ['restart', 'stop_fail'], ['suspend', 'suspend_failed'], ['resume', 'resume_failed'],
  ['change-config', 'change_flavor_fail'], ['rebuild-root', 'rebuild_root_fail'], ['resize-disk', 'resize_disk_fail'],
  ['deploy', 'deploy_fail'], ['set-password', 'deploy_fail'], ['delete', 'delete_fail'], ['associate-eip', 'associate_eip_failed'],
  ['dissociate-eip', 'dissociate_eip_failed'], ['create', 'deploy_fail'], ['syncstatus', 'sync_fail'], ['migrate', 'migrate_failed'],
  ['instance-snapshot', 'instance_snapshot_failed'], ['start-rescue', 'start_rescue_failed'], ['stop-rescue', 'stop_rescue_failed'],
  ['instance-snapshot-reset', 'snapshot_reset_failed'], ['qga-set-password', 'qga_exec_command_failed']
])

export const logEvent = (world: World, row: ServerRow, action: string, notes: string, at: number): void => {
  const id = 3000 + nextSerial(world)
  world.events.push({ id, action, notes, serverId: row.id, serverName: row.name, tenantId: row.tenantId, at })
  if (world.events.length > 5000) world.events.splice(0, 1000)
}

export const setStatus = (world: World, row: ServerRow, status: string, at: number): void => {
  logEvent(world, row, 'updatestatus', `${row.status}=>${status}`, at)
  row.status = status
  touch(row, at)
}

export const touch = (row: ServerRow, at: number): void => {
  row.updatedAt = at
  row.updateVersion += 1
}

/** Starts a course of statuses; whatever was under way is dropped, as the newest task wins. */
export const begin = (world: World, row: ServerRow, course: Course): void => {
  const now = world.now()
  const [first = row.status, ...rest] = course.statuses
  if (first !== row.status) setStatus(world, row, first, now)
  course.effects?.[0]?.(now)
  const task = { id: uuid(`task-${nextSerial(world)}`), serverId: row.id, name: course.task, stage: 'on_start', at: now, updatedAt: now }
  world.tasks.push(task)
  if (world.tasks.length > 2000) world.tasks.splice(0, 500)
  const fails = world.knobs.failActions.includes(course.action.replace(/^qga-/, '')) || row.name.startsWith(`fail-${course.action}`)
  row.steps = rest.map((status, index): Step => {
    const at = now + Math.round(course.ms * (index + 1) / rest.length)
    const last = index === rest.length - 1
    return last ? finish({ world, row, course, status, at, fails, task }) : { at, status, ...effectAt(course, index + 1) }
  })
}

const effectAt = (course: Course, index: number): { effect?: (at: number) => void } => {
  const effect = course.effects?.[index]
  return effect === undefined ? {} : { effect }
}

interface Ending {
  readonly world: World
  readonly row: ServerRow
  readonly course: Course
  readonly status: string
  readonly at: number
  readonly fails: boolean
  readonly task: { stage: string, updatedAt: number }
}

const finish = ({ world, row, course, status, at, fails, task }: Ending): Step => {
  const settle = (stage: string): void => { task.stage = stage; task.updatedAt = at }
  if (!fails) {
    return { at, status, effect: () => { settle('complete'); course.effects?.[course.statuses.length - 1]?.(at) } }
  }
  const word = failedWords.get(course.action) ?? `${course.action.replaceAll('-', '_')}_fail`
  return { at, status: word, effect: () => { settle('failed'); reportFailure(world, row, word, at) } }
}

export const reportFailure = (world: World, row: ServerRow, word: string, at: number): void => {
  const reason = JSON.stringify({ __reason__: `node refused: ${word}`, __stage__: 'OnComplete', __status__: 'error' })
  logEvent(world, row, word, reason, at)
}

export const isBusy = (row: ServerRow): boolean => row.steps.length > 0

/** Brings one server to the present. */
const settleRow = (world: World, row: ServerRow, now: number): void => {
  for (let step = row.steps[0]; step !== undefined && step.at <= now; step = row.steps[0]) {
    row.steps.shift()
    if (step.status !== row.status) setStatus(world, row, step.status, step.at)
    step.effect?.(step.at)
  }
  if (row.autoDeleteAt > 0 && row.autoDeleteAt <= now) world.servers.delete(row.id)
}

export const settle = (world: World): void => {
  const now = world.now()
  for (const row of [...world.servers.values()]) {
    if (row.steps.length > 0 || row.autoDeleteAt > 0) settleRow(world, row, now)
  }
}
