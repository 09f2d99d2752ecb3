import type { Sealer } from '../sealer.ts'
import type { AgeClock } from './age-clock.ts'
import type { Database } from './database.ts'

/** What every store in SQLite needs. */
export interface SqliteParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly now: AgeClock
}
