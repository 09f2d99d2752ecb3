import { GatewayError } from '../domain/failure.ts'
import type { Operation, OperationStatus } from '../domain/operation.ts'
import type { Engine } from '../operations/engine.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { Account } from '../transport/account.ts'
import type { Cursors } from './cursor.ts'
import type { Page, PageRequest } from './paginate.ts'

export interface OperationFilters {
  readonly statuses: ReadonlySet<OperationStatus> | null
  readonly serverId: string | null
  readonly action: string | null
}

export interface Waiting {
  readonly waitMs: number
  /** Aborted when the caller disconnects. */
  readonly signal: AbortSignal
}

/** Reads of operations. None of them calls a provider: one poller for each account does that for all callers. */
export interface Operations {
  /** Newest first. */
  list(account: Account, filters: OperationFilters, query: PageRequest): Promise<Page<Operation>>
  find(account: Account, id: string): Promise<StoredOperation>
  wait(account: Account, id: string, waiting: Waiting): Promise<Operation>
  changes(stored: StoredOperation, version: number, signal: AbortSignal): AsyncGenerator<StoredOperation>
}

/** When `stopping` is aborted, waiting requests are answered with the last known state. */
export function createOperations (engine: Engine, cursors: Cursors, stopping: AbortSignal): Operations {
  const find = async (account: Account, id: string): Promise<StoredOperation> => {
    const stored = await engine.get(account.id, id)
    if (stored === null) throw new GatewayError('operation-not-found', 'this account has no such operation, or it is older than 24 hours')
    return stored
  }

  return {
    find,
    list: async (account, { statuses, serverId, action }, { limit, cursor }) => {
      const shape = JSON.stringify(['operations', account.id, statuses === null ? null : [...statuses].sort(), serverId, action])
      const after = cursor === null ? null : cursors.read(cursor, shape).id
      const { rows, next } = await engine.list(account.id, { statuses, serverId, action, limit, after })
      const nextCursor = next === null ? null : cursors.write({ value: null, id: next }, shape)
      return { data: rows, page: { limit, next_cursor: nextCursor, total: null } }
    },
    wait: async (account, id, { waitMs, signal }) => {
      const stored = await find(account, id)
      return (await engine.wait(stored, waitMs, AbortSignal.any([signal, stopping]))).operation
    },
    changes: (stored, version, signal) => engine.changes(stored, version, AbortSignal.any([signal, stopping]))
  }
}
