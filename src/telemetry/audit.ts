import type { SideEffect } from '../domain/failure.ts'
import type { OperationChange } from './observer.ts'

/** Takes whole lines. `write` returns when the line has left this process, and throws if it cannot be written. */
export interface AuditSink {
  write (text: string): void
  /** Continues in a new file of the same name after a rotation. Throws if it cannot be opened; then the old file stays in use. */
  reopen (): void
  close (): void
}

export type AuditOutcome = 'accepted' | 'done' | 'refused' | 'failed' | 'ambiguous' | 'dry_run' | 'replayed'

/** The result of one write request. Holds nothing of its body, and no secret. */
interface AuditedRequest {
  readonly request_id: string
  /** IP address: of the connection, or from X-Forwarded-For if the connection comes from an address in `listen.trust_proxy`. */
  readonly caller_address: string | null
  /** The id of the caller's key, or `oidc:` and the subject of its token; null for unauthenticated requests. */
  readonly key: string | null
  /** The operationId of the API description, or the method if there is no such route. */
  readonly action: string
  readonly method: string
  readonly route: string | null
  readonly account: string | null
  readonly server_id: string | null
  readonly status: number
  readonly outcome: AuditOutcome
  readonly problem: string | null
  readonly side_effect: SideEffect
  readonly operation_id: string | null
  readonly upstream_calls: number
  readonly duration_ms: number
}

export interface Audit {
  answered (request: AuditedRequest): void
  /** The end of an operation, from the replica that gave the verdict. */
  ended (change: OperationChange): void
}

export const silentAudit: Audit = { answered: () => {}, ended: () => {} }

/** One JSON line for each write request, with its caller and its result. `onFault`: a line is lost. */
export function createAudit (sink: AuditSink, onFault: (error: unknown) => void): Audit {
  const write = (line: object): void => {
    try {
      sink.write(`${JSON.stringify({ audit: 1, at: new Date().toISOString(), ...line })}\n`)
    } catch (error) {
      onFault(error)
    }
  }
  return {
    answered: write,
    ended: ({ account, action, to, id, serverId }) => {
      const outcome = verdicts.get(to)
      if (outcome !== undefined) write({ action: 'verdict', of: action, account, server_id: serverId, outcome, operation_id: id })
    }
  }
}

const verdicts = new Map<string, AuditOutcome>([['succeeded', 'done'], ['failed', 'failed'], ['unknown', 'ambiguous']])
