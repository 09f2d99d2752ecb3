import type { Clock } from '../../domain/clock.ts'
import type { Availability } from '../availability.ts'
import type { AgeClock } from './age-clock.ts'
import type { Database } from './database.ts'
import type { Facts } from './facts.ts'
import { createSweep, shrink } from './sweep.ts'

interface UpkeepParts {
  readonly database: Database
  readonly facts: Facts
  readonly now: AgeClock
  readonly clock: Pick<Clock, 'timer'>
  readonly availability: Availability
}

/** While the file is lost, it is tried at every tick. */
const tickMs = 1000
const restMs = 60_000

/** Records the time, deletes old rows in small steps, and finds out when a lost file can be written again. */
export function startUpkeep ({ database, facts, now, clock, availability }: UpkeepParts): { stop(): void } {
  const sweep = createSweep(database, now)
  let dueAt = 0
  let cancel = (): void => {}
  const work = (): void => {
    facts.set('seen', String(now()), 'durable')
    availability.markAvailable()
    if (sweep()) return
    shrink(database)
    dueAt = now() + restMs
  }
  const tick = (): void => {
    try {
      if (!availability.isAvailable() || now() >= dueAt) work()
    } catch {
      // The database has reported it.
    }
    cancel = clock.timer(tick, tickMs)
  }
  cancel = clock.timer(tick, 0)
  return { stop: () => { cancel() } }
}
