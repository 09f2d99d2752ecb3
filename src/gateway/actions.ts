import { randomBytes } from 'node:crypto'
import type { Accepted, Action, ServerOperations } from '../adapters/contract.js'
import { badMember, GatewayError, UpstreamError } from '../domain/failure.js'
import { isFinal, type Operation } from '../domain/operation.js'
import { look, lookedInVain } from '../operations/follow.js'
import type { OperationStore, StoredOperation } from '../operations/store.js'
import type { Account } from './account.js'
import type { ActionName } from './action.js'
import type { Call } from './call.js'
import { readCall, writeCall, type RequestContext } from './context.js'
import { createFlights } from './flights.js'

export interface ActionRequest {
  readonly action: ActionName
  readonly serverId: string
  readonly force: boolean | undefined
}

export interface Actions {
  /** Asks the vendor to act. Resolves when it has accepted. One upstream call, a few for vendors that must be looked at first. */
  act(account: Account, request: ActionRequest, context: RequestContext): Promise<Operation>
  /** The operation as the provider shows it now. One upstream call at most. */
  operation(account: Account, id: string, context: RequestContext): Promise<Operation>
  /** Looks again and again until the operation has ended or the time is over. */
  wait(account: Account, operation: Operation, waitMs: number, context: RequestContext): Promise<Operation>
}

export interface ActionParts {
  readonly store: OperationStore
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

const deadlineMs = 10 * 60_000
/** Looks closer together than this tell nothing new. */
const restMs = 400
const pollsMs = [500, 1000, 2000]
const pollEveryMs = 5000

export function createActions ({ store, now, sleep }: ActionParts): Actions {
  const looks = createFlights<StoredOperation>()

  const observe = async (account: Account, stored: StoredOperation, context: RequestContext): Promise<StoredOperation> => {
    if (isFinal(stored.operation.status) || now() - stored.lastLookAt < restMs) return stored
    const { value } = await looks.join(stored.operation.id, context.signal, async signal => {
      const looked = await lookOnce(account, stored, readCall(account, context, signal), now())
      await store.put(looked)
      return looked
    })
    return value
  }

  const find = async (account: Account, id: string): Promise<StoredOperation> => {
    const stored = await store.get(account.id, id)
    if (stored === null) throw new GatewayError('operation-not-found', 'there is no such operation at this account, or it is older than 24 hours')
    return stored
  }

  return {
    act: async (account, request, context) => {
      const operations = account.connect(writeCall(account, context))
      const action = allowedAction(account, operations, request)
      try {
        const { force } = request
        const accepted = await runAction(operations, action, request.serverId, force === undefined ? {} : { force })
        const stored = toStored(account, request, accepted, now())
        await store.put(stored)
        return stored.operation
      } finally {
        account.lists.turn()
        account.gets.turn()
      }
    },
    operation: async (account, id, context) => (await observe(account, await find(account, id), context)).operation,
    wait: async (account, operation, waitMs, context) => {
      const until = now() + waitMs
      let current = operation
      for (let polls = 0; !isFinal(current.status) && now() < until && !context.signal.aborted; polls += 1) {
        await sleep(Math.min(pollsMs[polls] ?? pollEveryMs, until - now()), context.signal)
        current = (await observe(account, await find(account, operation.id), context)).operation
      }
      return current
    }
  }
}

/** Refusals that need no upstream call. */
function allowedAction (account: Account, operations: ServerOperations, { action: name, force }: ActionRequest): Action {
  if (account.options.readOnly) throw new GatewayError('forbidden', `the account ${account.id} is read_only`)
  const action = operations[name]
  if (action === undefined) throw new GatewayError('operation-not-supported', `${account.provider.title} has no ${name}`)
  if (force !== undefined && action.accepts?.includes('force') !== true) {
    throw badMember('body.force', `${name} of ${account.provider.title} knows no force`)
  }
  return action
}

/** A verb that rests on inference and is refused with 404 or 405 does not exist, if the server does. */
async function runAction (operations: ServerOperations, action: Action, id: string, options: { force?: boolean }): Promise<Accepted> {
  try {
    return await action.run(id, options)
  } catch (error) {
    const doubtful = error instanceof UpstreamError && (error.failure === 'not-found' || error.failure === 'unsupported') && error.options.status !== undefined
    if (!doubtful || action.evidence !== 'inferred') throw error
    await operations.get.run(id)
    throw new GatewayError('operation-not-supported', 'the provider does not know this action', { cause: error })
  }
}

function toStored (account: Account, { action, serverId }: ActionRequest, accepted: Accepted, at: number): StoredOperation {
  const created = new Date(at).toISOString()
  const jobs = accepted.jobs ?? []
  const [job] = jobs
  return {
    operation: {
      id: `op_${at.toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`,
      account: account.id,
      provider: account.provider.id,
      action,
      server_id: serverId,
      status: 'running',
      created_at: created,
      updated_at: created,
      finished_at: null,
      progress: null,
      error: null,
      note: null,
      upstream: job === undefined ? accepted.upstream ?? null : { id: job.id, status: null }
    },
    jobs,
    startedAt: at,
    deadlineAt: at + deadlineMs,
    lastLookAt: 0,
    transitionSeen: false
  }
}

async function lookOnce (account: Account, stored: StoredOperation, call: Call, at: number): Promise<StoredOperation> {
  try {
    const looked = await look(stored, account.connect(call), at)
    const { error } = looked.operation
    return error === null ? looked : { ...looked, operation: { ...looked.operation, error: account.safeText(error) } }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return lookedInVain(stored, `The provider could not be asked just now (${error.failure}).`, at)
  }
}
