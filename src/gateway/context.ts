import type { Principal } from '../access/principal.js'
import type { Account } from './account.js'
import { createCall, type Call, type Tally } from './call.js'

/** One request of a caller, as the gateway's rooms see it. */
export interface RequestContext {
  readonly requestId: string
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal
  readonly tally: Tally
  readonly principal: Principal
}

/** A call for a read: it ends with the caller. */
export const readCall = (account: Account, context: RequestContext, signal = context.signal): Call =>
  createCall({ requestId: context.requestId, signal, deadlineMs: account.options.requestDeadlineMs, tally: context.tally })

/** A call for a write: once begun it is finished, whether the caller waits or not. */
export const writeCall = (account: Account, context: RequestContext): Call =>
  createCall({ requestId: context.requestId, signal: new AbortController().signal, deadlineMs: account.options.requestDeadlineMs, tally: context.tally })
