import type { SideEffect } from '../domain/failure.ts'
import type { OperationChange } from './observer.ts'

/** Takes whole lines. `write` returns when they are beyond this process, and throws where they can not be written. */
export interface AuditSink {
  write (text: string): void
  /** The file was moved away: goes on in a new one of the name. Throws where there can be none; then the old one stays. */
  reopen (): void
  close (): void
}

export type AuditOutcome = 'accepted' | 'done' | 'refused' | 'failed' | 'ambiguous' | 'dry_run' | 'replayed'

/** What became of one request for a write. Nothing of its body stands here, and no secret. */
export interface AuditedRequest {
  readonly request_id: string
  /** IP address: of the connection, or from X-Forwarded-For where the connection comes from an address in `listen.trust_proxy`. */
  readonly caller_address: string | null
  /** The caller's name; null where nobody knows who it is. */
  readonly key: string | null
  /** The operation id of the API's description, or the method where there is no such route. */
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
  /** What became of an operation, from the replica that gave the verdict. */
  ended (change: OperationChange): void
}

export interface AuditParts {
  readonly sink: AuditSink
  /** A line is lost; the request goes on. */
  readonly onFault: (error: unknown) => void
}

export const silentAudit: Audit = { answered: () => {}, ended: () => {} }

/** Who asked for which write, and what became of it: one JSON line for each. */
export function createAudit ({ sink, onFault }: AuditParts): Audit {
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

const verdicts: ReadonlyMap<string, AuditOutcome> = new Map<string, AuditOutcome>([['succeeded', 'done'], ['failed', 'failed'], ['unknown', 'ambiguous']])
