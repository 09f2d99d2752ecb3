import type { AdapterVerbs } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { OperationEvents } from './operation-events.ts'

/** The parts of an account that following its operations needs. */
export interface PollTarget {
  readonly id: string
  /** The verbs, for one background request with a deadline of its own. */
  connect(signal: AbortSignal): AdapterVerbs
  /** The provider's whole list, page by page. */
  rows(verbs: AdapterVerbs, filters: ServerFilters): AsyncIterable<readonly Seen[]>
  /** A vendor's text without secrets. */
  safeText(text: string): string
}

export interface PollParts {
  readonly account: PollTarget
  readonly operationEvents: OperationEvents
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Reports an internal error. */
  readonly onFault: (error: unknown) => void
}
