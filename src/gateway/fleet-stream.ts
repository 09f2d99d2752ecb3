import { UpstreamError } from '../domain/failure.js'
import type { Seen, ServerFilters } from '../domain/list.js'
import type { Server } from '../domain/server.js'
import type { Account } from './account.js'
import { createCall, untilEnd } from './call.js'
import type { RequestContext } from './context.js'
import { matches } from './filters.js'
import type { FleetAccount } from './fleet.js'
import { lookCloser } from './read-page.js'
import type { Include } from './servers.js'
import { walk } from './walk.js'

export interface StreamQuery {
  readonly filters: ServerFilters
  readonly include: Include
  readonly deadlineMs: number
}

/** Rows of one account as they arrive; its last word says how it went. */
export type StreamPart =
  | { readonly servers: readonly Server[] }
  | { readonly ended: FleetAccount }

/**
 * Every server of the accounts that passes the filters, each account's pages as they arrive. An account's next page is asked for when the one before
 * has been taken, so no more than one page of each is held. What has not arrived by the deadline is an error of its account.
 */
export async function * streamFleet (accounts: readonly Account[], query: StreamQuery, context: RequestContext): AsyncGenerator<StreamPart> {
  yield * merge(accounts.map(account => streamAccount(account, query, context)))
}

async function * streamAccount (account: Account, { filters, include, deadlineMs }: StreamQuery, { requestId, signal, tally }: RequestContext): AsyncGenerator<StreamPart> {
  // The deadline of one request would end a long list in its middle: the caller's own bounds all of it.
  const call = createCall({ requestId, signal, deadlineMs, tally })
  const began = Date.now()
  const tell = (status: 'ok' | 'error', count: number, error: Error | null): StreamPart =>
    ({ ended: { account, status, ageMs: count === 0 && error !== null ? null : Date.now() - began, count, error } })
  let count = 0
  const { list } = account.connect(call)
  const steps = walk(list, { filters, after: null, limit: list.pageSize })
  try {
    for (;;) {
      const observedAt = new Date().toISOString()
      const step = await untilEnd(call, steps.next(), late)
      if (step.done === true) break
      const rows = await untilEnd(call, passing(list, step.value.rows, filters), late)
      count += rows.length
      if (rows.length > 0) yield { servers: rows.map(seen => account.toServer(seen, observedAt, include)) }
    }
    yield tell('ok', count, null)
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    yield tell('error', count, error)
  }
}

const late = (): Error => new UpstreamError('timeout', 'the list was not at its end before deadline_ms')

/** Only what may be looked for is looked at closer. */
async function passing (list: Parameters<typeof lookCloser>[0], rows: readonly Seen[], filters: ServerFilters): Promise<readonly Seen[]> {
  const possible = rows.filter(({ server, lacks }) => matches(server, filters, lacks))
  return (await lookCloser(list, possible)).filter(({ server }) => matches(server, filters))
}

/** What comes first is given first; each source goes on when what it gave was taken. */
async function * merge<T> (sources: ReadonlyArray<AsyncGenerator<T>>): AsyncGenerator<T> {
  const next = async (source: AsyncGenerator<T>) => ({ source, result: await source.next() })
  const pending = new Map(sources.map(source => [source, next(source)]))
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values())
      if (result.done === true) {
        pending.delete(source)
        continue
      }
      yield result.value
      pending.set(source, next(source))
    }
  } finally {
    for (const work of pending.values()) work.catch(() => {})
  }
}
