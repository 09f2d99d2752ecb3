import type { ServerOperations, Verb } from '../adapters/verbs.ts'
import { GatewayError, UpstreamError } from '../domain/failure.ts'
import type { Account } from '../transport/account.ts'
import { readCall, writeCall, type RequestContext } from '../transport/context.ts'
import { untracked } from '../operations/idempotency.ts'
import type { Quota } from '../state/quota.ts'
import type { Turns } from '../state/generation.ts'
import type { InFlight } from './in-flight.ts'
import { createRehearsal, type PlannedCall } from './dry-run.ts'
import { checkGiven, countDelete, isUnknownVerb, notSupported } from './writes.ts'

/** A question to a provider, or a write that it has finished when it answers. */
export interface AskRequest<V extends Verb, T> {
  readonly action: string
  verb(operations: ServerOperations): V | undefined
  /** The optional members that were given, by their path. */
  readonly given: Readonly<Record<string, unknown>>
  /** Refuses what the verb can not take, before anything is sent. */
  check?(verb: V): void
  readonly writes: boolean
  /** A write that does no harm when it is done twice. */
  readonly isRepeatable?: boolean
  /** `guard.max_deletes_per_hour` counts it. */
  readonly isDelete?: boolean
  /** The server of the path, where a 404 may be about it. */
  readonly serverId: string | null
  run(verb: V): Promise<T>
}

export interface Asks {
  ask<V extends Verb, T>(account: Account, request: AskRequest<V, T>, context: RequestContext): Promise<T>
  /** The calls that `ask` would send for a write. */
  rehearse<V extends Verb, T>(account: Account, request: AskRequest<V, T>, context: RequestContext): Promise<readonly PlannedCall[]>
}

export interface AskParts {
  readonly deletes: Quota
  readonly inFlight: InFlight
  readonly turns: Turns
}

export function createAsks ({ deletes, inFlight, turns }: AskParts): Asks {
  return {
    ask: async (account, request, context) => await inFlight.run(async () => {
      const operations = account.connect(request.writes ? writeCall(account, context) : readCall(account, context))
      const verb = permitted(account, operations, request)
      if (request.isDelete === true) await countDelete(deletes, account)
      if (request.writes && request.isRepeatable !== true) await context.held?.begin(untracked)
      try {
        return await request.run(verb)
      } catch (error) {
        // An adapter that finds a fault after an accepted write does not know of the write.
        if (request.writes && error instanceof UpstreamError && error.sideEffect === 'none') error.sideEffect = context.tally.writes
        if (!isUnknownVerb(verb, error)) throw error
        if (request.serverId !== null) await operations.get.run(request.serverId)
        throw new GatewayError('operation-not-supported', 'the provider does not know this function', { cause: error })
      } finally {
        if (request.writes) await turns.turn(account.id)
      }
    }),
    rehearse: async (account, request, context) => {
      const rehearsal = createRehearsal(account)
      const operations = account.connect(writeCall(account, context), rehearsal.record)
      await request.run(permitted(account, operations, request))
      return rehearsal.calls
    }
  }
}

function permitted<V extends Verb, T> (account: Account, operations: ServerOperations, request: AskRequest<V, T>): V {
  if (request.writes && account.options.readOnly) throw new GatewayError('forbidden', `the account ${account.id} is read_only`)
  const verb = request.verb(operations)
  if (verb === undefined) throw notSupported(account, request.action)
  checkGiven(account, verb, request)
  request.check?.(verb)
  return verb
}
