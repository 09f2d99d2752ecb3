import { openstackRefusesSignIn, openstackUnreachable, refusal } from './replies.ts'
import type { Instance } from './records.ts'
import { schedule, timeNow, type World } from './world.ts'

/** What needs OpenStack itself fails without it; lists come from the panel's own tables. */
export function requireOpenstack (world: World): void {
  if (world.knobs.openstack === 'refuses-sign-in') throw refusal(openstackRefusesSignIn)
  if (world.knobs.openstack === 'unreachable') throw refusal(openstackUnreachable)
}

/** Writes the history row, newest first, and lets the row lag when the knob says so. */
export function stamp (world: World, instance: Instance, action: string): void {
  world.serial += 1
  const requestId = `req-00000000-0000-4000-8000-${world.serial.toString(16).padStart(12, '0')}`
  instance.history.unshift({ start_time: timeNow(world), action, message: null, request_id: requestId })
  if (world.knobs.staleReads > 0) {
    instance.stale = { shown: { status: instance.status, task: instance.task }, left: world.knobs.staleReads }
  }
}

/** Goes through the task states one after another within `ms`, then has none and `end` happens. */
export function walk (world: World, instance: Instance, { tasks, ms, end }: Walk): void {
  instance.task = tasks[0] ?? null
  tasks.forEach((task, index) => {
    if (index > 0) schedule(world, instance.id, ms * index / tasks.length, () => { instance.task = task })
  })
  schedule(world, instance.id, ms, () => {
    instance.task = null
    end()
  })
}

export interface Walk {
  readonly tasks: readonly string[]
  readonly ms: number
  readonly end: () => void
}
