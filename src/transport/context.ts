import type { Trace } from '../telemetry/observer.ts'
import type { Account } from './account.ts'
import { createCall, type Call, type Counters } from './call.ts'

/** One request of a caller, as the rest of the gateway sees it. */
export interface RequestContext {
  readonly requestId: string
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal
  readonly counters: Counters
  readonly trace: Trace
}

/** A call for a read: it ends with the caller. */
export const readCall = (account: Account, context: RequestContext, signal = context.signal): Call =>
  createCall({ ...callOptions(account, context), signal })

/** A call for work that no caller waits for: its own deadline, its own counters, no trace. */
export const backgroundCall = (account: Account, requestId: string, signal: AbortSignal): Call =>
  createCall({ clock: account.clock, requestId, signal, deadlineMs: account.options.requestDeadlineMs })

/** A call for a write: once begun it is finished, also without its caller. One that is still queued when its caller leaves is not begun. */
export const writeCall = (account: Account, context: RequestContext): Call =>
  createCall({ ...callOptions(account, context), signal: new AbortController().signal, caller: context.signal })

const callOptions = ({ clock, options }: Account, { requestId, counters, trace }: RequestContext) =>
  ({ clock, requestId, deadlineMs: options.requestDeadlineMs, counters, trace })
