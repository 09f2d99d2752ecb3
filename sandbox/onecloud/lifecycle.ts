import type { ServerRow, World } from './world.ts'

export interface Course {
  /** The path word of the action, as `failActions` lists it. */
  readonly action: string
  readonly ms: number
  /** The first holds at once, the last at the end; the others share the time between. */
  readonly statuses: readonly string[]
  /** Replaces the last status if the node refuses. */
  readonly failed?: string
  /** Effects by the index of the status that triggers them. */
  readonly effects?: Readonly<Record<number, (at: number) => void>>
}

const setStatus = (row: ServerRow, status: string, at: number): void => {
  if (status === row.status) return
  row.status = status
  touch(row, at)
}

export const touch = (row: ServerRow, at: number): void => { Object.assign(row, { updatedAt: at, updateVersion: row.updateVersion + 1 }) }

/** Starts a sequence of statuses; work under way is dropped, as the newest task wins. */
export const begin = (world: World, row: ServerRow, { action, ms, statuses, failed, effects = {} }: Course): void => {
  const now = world.now()
  const last = statuses.length - 1
  const isRefused = failed !== undefined && world.behavior.failActions.includes(action)
  const step = (index: number, status: string, at: number): void => {
    const isFailure = isRefused && index > 0 && index === last
    setStatus(row, isFailure ? failed : status, at)
    if (!isFailure) effects[index]?.(at)
  }
  world.cancel(row.id)
  for (const [index, status] of statuses.entries()) {
    const after = index === 0 ? 0 : Math.round(ms * index / last)
    if (index === 0) step(index, status, now)
    else world.later(after, () => { step(index, status, now + after) }, row.id)
  }
}
