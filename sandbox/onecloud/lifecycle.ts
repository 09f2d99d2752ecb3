import type { ServerRow, Step, World } from './world.ts'

export interface Course {
  /** The path word of the action, for the failing knob. */
  readonly action: string
  readonly ms: number
  /** The first holds at once, the last at the end; the others share the time between. */
  readonly statuses: readonly string[]
  /** Replaces the last status if the node refuses. */
  readonly failed?: string
  /** Effects by the index of the status that triggers them. */
  readonly effects?: Readonly<Record<number, (at: number) => void>>
}

export const setStatus = (row: ServerRow, status: string, at: number): void => {
  row.status = status
  touch(row, at)
}

export const touch = (row: ServerRow, at: number): void => {
  row.updatedAt = at
  row.updateVersion += 1
}

/** Starts a sequence of statuses; work under way is dropped, as the newest task wins. */
export const begin = (world: World, row: ServerRow, { action, ms, statuses, failed, effects = {} }: Course): void => {
  const now = world.now()
  const [first = row.status, ...rest] = statuses
  if (first !== row.status) setStatus(row, first, now)
  effects[0]?.(now)
  const isRefused = failed !== undefined && world.knobs.failActions.includes(action)
  row.steps = rest.map((status, index): Step => {
    const at = now + Math.round(ms * (index + 1) / rest.length)
    if (isRefused && index === rest.length - 1) return { at, status: failed }
    const effect = effects[index + 1]
    return { at, status, ...(effect === undefined ? {} : { effect }) }
  })
}

export const isBusy = (row: ServerRow): boolean => row.steps.length > 0

/** Brings every server to the present. */
export const settle = (world: World): void => {
  const now = world.now()
  for (const row of [...world.servers.values()]) {
    for (let step = row.steps[0]; step !== undefined && step.at <= now; step = row.steps[0]) {
      row.steps.shift()
      if (step.status !== row.status) setStatus(row, step.status, step.at)
      step.effect?.(step.at)
    }
  }
}
