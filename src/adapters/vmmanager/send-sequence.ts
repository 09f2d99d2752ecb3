import type { Accepted, Job, NextStep } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import { followedTogether } from './mapping.ts'

/**
 * Writes that belong together, one after the other. Some platforms put them behind each other, others may refuse a second
 * one while they work: what is refused then is left for later, and nothing that was done is told as a failure.
 */
export async function inTurn (writes: ReadonlyArray<() => Promise<readonly Job[]>>, later: (from: number) => NextStep): Promise<Accepted> {
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
