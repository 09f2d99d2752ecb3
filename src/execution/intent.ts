import type { AdapterVerbs } from '../adapters/verbs.ts'
import { GatewayError, UpstreamError, type SideEffect } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { Goal } from '../domain/operation.ts'
import type { CreateSpec } from '../domain/spec.ts'
import type { Engine } from '../operations/engine.ts'
import { fingerprintOf, withoutSecrets } from '../operations/search.ts'
import { walk } from '../reads/walk.ts'
import type { Search, StoredOperation } from '../state/operation-store.ts'
import type { Account } from '../transport/account.ts'
import type { RequestContext } from '../transport/context.ts'
import type { Command } from '../verbs/verb.ts'

/** The servers of the account that may match; without filters all of them. */
export async function readServers ({ list }: AdapterVerbs, filters: ServerFilters = {}): Promise<Seen[]> {
  const servers: Seen[] = []
  for await (const { rows } of walk(list, { filters, after: null, limit: list.pageSize })) servers.push(...rows)
  return servers
}

/** The servers that exist before a create: a server that is not among them and matches the request was made by it. */
export const baselineOf = (spec: CreateSpec, servers: readonly Seen[]): Search =>
  ({ spec: withoutSecrets(spec), baseline: servers.map(({ server }) => fingerprintOf(server.id)) })

interface Beginning {
  readonly command: Command
  readonly goal: Goal | null
  readonly search: Search | null
  readonly context: RequestContext
  /** Replaces the usual time of the action. */
  readonly deadlineMs: number | undefined
}

/** Records what is about to be sent; under an Idempotency-Key it must be recorded where it outlives this process. */
export async function beginIntent (engine: Engine, account: Account, { command, goal, search, context, deadlineMs }: Beginning): Promise<StoredOperation> {
  const { action, serverId } = command
  const { idempotencyLease } = context
  const { stored, isKept } = await engine.open({
    account: account.id,
    provider: account.provider.id,
    action,
    serverId,
    goal,
    search,
    phase: idempotencyLease === null ? 'sending' : 'intended',
    sendingMs: account.options.requestDeadlineMs,
    deadlineMs
  })
  if (idempotencyLease === null) return stored
  try {
    if (!isKept) throw unavailable()
    await idempotencyLease.begin(stored.operation.id)
    return await engine.markSending(stored).catch((cause: unknown) => { throw unavailable(cause) })
  } catch (error) {
    await engine.discard(stored)
    throw error
  }
}

const unavailable = (cause?: unknown): GatewayError =>
  new GatewayError('idempotency-unavailable', 'the idempotency store is unavailable; nothing was sent. Retry, or send without a key', { cause })

interface Failed {
  readonly error: unknown
  /** The side effects of the writes of this request. */
  readonly left: SideEffect
}

/** Discards the intent if the provider certainly did nothing; otherwise the operation is kept, and the error names it. */
export async function endFailedIntent (engine: Engine, stored: StoredOperation, { error, left }: Failed): Promise<unknown> {
  const isHarmless = left === 'none' && (error instanceof GatewayError || (error instanceof UpstreamError && error.sideEffect === 'none'))
  if (isHarmless) {
    await engine.discard(stored)
    return error
  }
  await engine.markAmbiguous(stored, error)
  return error instanceof UpstreamError ? error.withFacts({ operationId: stored.operation.id }) : error
}
