import type { ServerOperations } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { Journal } from './operation-events.ts'

/** What following an account's operations needs of the account. */
export interface Watched {
  readonly id: string
  /** The verbs, for one background request with a deadline of its own. */
  connect(signal: AbortSignal): ServerOperations
  /** The provider's list to its end, in pages. */
  rows(operations: ServerOperations, filters: ServerFilters): AsyncIterable<readonly Seen[]>
  /** A vendor's text without secrets. */
  safeText(text: string): string
}

export interface LookParts {
  readonly account: Watched
  readonly journal: Journal
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A fault of ours. */
  readonly onFault: (error: unknown) => void
}
