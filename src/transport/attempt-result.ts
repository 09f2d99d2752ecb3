import { UpstreamError, type AttemptOutcome } from '../domain/failure.ts'
import { HttpFault } from '../upstream/http-fault.ts'
import type { SentCall } from '../telemetry/observer.ts'

/** A timeout counts against the provider if it had at least half of this, or half of the account's limit. */
const fairMs = 5000

/** The gateway itself ended the call: `timeoutMs` is what this attempt had, `limitMs` what the account allows. */
export function isOurDoing (result: unknown, timeoutMs: number, limitMs: number): boolean {
  const isHasty = timeoutMs < Math.min(limitMs, fairMs) / 2
  const cause = result instanceof UpstreamError ? result.options.cause : null
  return cause instanceof HttpFault && (cause.kind === 'aborted' || cause.kind === 'unsendable' || (cause.kind === 'timeout' && isHasty))
}

/** A call that the gateway aborted says nothing about the provider. */
export const outcomeOf = ({ failure, options: { cause } }: UpstreamError): AttemptOutcome =>
  cause instanceof HttpFault && cause.kind === 'aborted' ? 'aborted' : failure

export function connectionOf (result: unknown): SentCall['connection'] {
  const cause = result instanceof UpstreamError ? result.options.cause : null
  return cause instanceof HttpFault ? cause.connection : null
}

export const isKnown = (error: unknown): boolean => error instanceof UpstreamError || error instanceof HttpFault

export function toUpstreamError (error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error
  if (!(error instanceof HttpFault)) throw error
  const cause = { cause: error, ...(error.connection === null ? {} : { details: error.connection }) }
  // The answer had begun: its status is known, its body is not.
  const begun = error.status === undefined ? {} : { status: error.status }
  switch (error.kind) {
    case 'refused': return new UpstreamError('unreachable', error.message, { ...cause, notAttempted: true })
    case 'tls': case 'unsendable': return new UpstreamError('unreachable', error.message, { ...cause, notAttempted: true, passing: false })
    case 'reset': return new UpstreamError('unreachable', error.message, { ...cause, ...begun })
    case 'too-large': return new UpstreamError('malformed', error.message, { ...cause, ...begun })
    case 'timeout': case 'aborted': return new UpstreamError('timeout', error.message, { ...cause, ...begun, notAttempted: !error.sent })
  }
}
