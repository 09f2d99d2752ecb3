import type { AdapterVerbs } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { OperationEvents } from './operation-events.ts'

/** What following an account's operations needs of the account. */
export interface PollTarget {
  readonly id: string
  /** The verbs, for one background request with a deadline of its own. */
  connect(signal: AbortSignal): AdapterVerbs
  /** The provider's list to its end, in pages. */
  rows(verbs: AdapterVerbs, filters: ServerFilters): AsyncIterable<readonly Seen[]>
  /** A vendor's text without secrets. */
  safeText(text: string): string
}

export interface PollParts {
  readonly account: PollTarget
  readonly operationEvents: OperationEvents
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A fault of ours. */
  readonly onFault: (error: unknown) => void
}
