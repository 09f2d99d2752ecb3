import { randomBytes } from 'node:crypto'
import type { Accepted, Action, ServerOperations } from '../adapters/contract.js'
import { badMember, GatewayError, UpstreamError } from '../domain/failure.js'
import { isFinal, type Operation } from '../domain/operation.js'
import { look, lookedInVain } from '../operations/follow.js'
import type { OperationStore, StoredOperation } from '../operations/store.js'
import type { Account } from './account.js'
import type { Call } from './call.js'
import { readCall, writeCall, type RequestContext } from './context.js'
import { createFlights } from './flights.js'

/** The actions that change only what a server does. */
export type ActionName = 'start' | 'stop' | 'reboot'

export interface ActionRequest {
  readonly action: ActionName
  readonly serverId: string
  readonly force: boolean | undefined
}

export interface Actions {
  /** Asks the vendor to act. Resolves when it has accepted. One upstream call, a few for vendors that must be looked at first. */
  act(account: Account, request: ActionRequest, context: RequestContext): Promise<Operation>
  /** The operation as the provider shows it now. One upstream call, one more for the reason of a failed task. */
  operation(account: Account, id: string, context: RequestContext): Promise<Operation>
  /** The operation as it was last seen. No upstream call. */
  known(account: Account, id: string): Promise<Operation>
  /** Looks again and again, after the given pauses, until the operation has ended or the time is over; never longer than `waitMs`. */
  wait(account: Account, operation: Operation, waiting: Waiting, context: RequestContext): Promise<Operation>
}

export interface Waiting {
  readonly waitMs: number
  /** Milliseconds before each look; then every five seconds. */
  readonly pausesMs: readonly number[]
}

export interface ActionParts {
  readonly store: OperationStore
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Aborted when the process is to stop: who waits is answered with what is known. */
  readonly stopping: AbortSignal
}

const deadlineMs = 10 * 60_000
/** Looks closer together than this tell nothing new. */
const restMs = 400
/** Before the looks that follow an action. */
export const afterAction: readonly number[] = [500, 1000, 2000]
/** Before the looks of somebody who asks later: the first is due at once. */
export const afterQuestion: readonly number[] = [0, ...afterAction]
const pollEveryMs = 5000

export function createActions ({ store, now, sleep, stopping }: ActionParts): Actions {
  const looks = createFlights<StoredOperation>()

  const observe = async (account: Account, stored: StoredOperation, context: RequestContext): Promise<StoredOperation> => {
    if (isFinal(stored.operation.status) || now() - stored.lastLookAt < restMs) return stored
    const looking = looks.join(stored.operation.id, context.signal, async signal => {
      const looked = await lookOnce(account, stored, readCall(account, context, signal), now())
      if (!signal.aborted) await store.put(looked)
      return looked
    })
    const value = await Promise.race([looking.then(joined => joined.value), ended(context.signal)])
    return value ?? stored
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
    known: async (account, id) => (await find(account, id)).operation,
    wait: async (account, operation, { waitMs, pausesMs }, context) => {
      if (waitMs <= 0 || isFinal(operation.status)) return operation
      const until = now() + waitMs
      const over = AbortSignal.any([context.signal, stopping, AbortSignal.timeout(waitMs)])
      let current = operation
      for (let polls = 0; !isFinal(current.status) && !over.aborted; polls += 1) {
        await sleep(Math.min(pausesMs[polls] ?? pollEveryMs, until - now()), over)
        if (over.aborted) break
        // A look that outlasts the wait is given up: the caller is answered in time with what was seen before.
        current = (await observe(account, await find(account, operation.id), { ...context, signal: over })).operation
      }
      return current
    }
  }
}

const ended = async (signal: AbortSignal): Promise<null> => await new Promise(resolve => {
  if (signal.aborted) resolve(null)
  else signal.addEventListener('abort', () => { resolve(null) }, { once: true })
})

/** Refusals that need no upstream call. */
function allowedAction (account: Account, operations: ServerOperations, { action: name, force }: ActionRequest): Action {
  if (account.options.readOnly) throw new GatewayError('forbidden', `the account ${account.id} is read_only`)
  const action = operations[name]
  if (action === undefined) throw new GatewayError('operation-not-supported', `${account.provider.title} has no ${name}`)
  if (force === true && action.accepts?.includes('force') !== true) {
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
