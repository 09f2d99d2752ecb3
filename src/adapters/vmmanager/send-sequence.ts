import type { Accepted, Job, NextStep } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import { followedTogether } from './mapping.ts'

/**
 * Sends related writes in sequence. Some platforms queue them, others may refuse the next one while they are busy: refused
 * writes are left for later, and completed ones are not reported as a failure.
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
