import { GatewayError, UpstreamError, type SideEffect } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { CreateSpec } from '../domain/spec.ts'
import type { Engine } from '../operations/engine.ts'
import type { IdempotencyLease } from '../operations/idempotency.ts'
import { fingerprintOf, withoutSecrets } from '../operations/search.ts'
import type { Intent } from '../operations/transitions.ts'
import type { Search, StoredOperation } from '../state/operation-store.ts'

/** The servers that exist before a create. A server that matches the request and is not among them was made by it. */
export const baselineOf = (spec: CreateSpec, servers: readonly Seen[]): Search =>
  ({ spec: withoutSecrets(spec), baseline: servers.map(({ server }) => fingerprintOf(server.id)) })

/** Records what is about to be sent. With an Idempotency-Key the record must outlive this process, or nothing is sent. */
export async function beginIntent (engine: Engine, lease: IdempotencyLease | null, intent: Omit<Intent, 'phase'>) {
  const { stored, isKept } = await engine.open({ ...intent, phase: lease === null ? 'sending' : 'intended' })
  if (lease === null) return stored
  try {
    if (!isKept) throw unavailable()
    await lease.begin(stored.operation.id)
    return await engine.markSending(stored).catch((cause: unknown) => { throw unavailable(cause) })
  } catch (error) {
    await engine.discard(stored)
    throw error
  }
}

function unavailable (cause?: unknown): GatewayError {
  const message = 'the idempotency store is unavailable; nothing was sent. Retry, or send without a key'
  return new GatewayError('idempotency-unavailable', message, { cause })
}

/**
 * Discards the intent if the provider certainly did nothing; otherwise the operation is kept, and the error names it. `writes`: the side
 * effects of the writes of this request.
 */
export async function endFailedIntent (engine: Engine, stored: StoredOperation, error: unknown, writes: SideEffect): Promise<unknown> {
  const isHarmless = writes === 'none' && (error instanceof GatewayError || (error instanceof UpstreamError && error.sideEffect === 'none'))
  if (isHarmless) {
    await engine.discard(stored)
    return error
  }
  await engine.markAmbiguous(stored, error)
  return error instanceof UpstreamError ? error.withFacts({ operationId: stored.operation.id }) : error
}
