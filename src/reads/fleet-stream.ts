import type { List } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { Server } from '../domain/server.ts'
import type { Account } from '../transport/account.ts'
import { createCall, untilEnd } from '../transport/call.ts'
import type { RequestContext } from '../transport/context.ts'
import { matches } from './filters.ts'
import type { FleetAccount } from './fleet.ts'
import { merge } from './merge.ts'
import { hydrate } from './read-page.ts'
import type { Include } from './servers.ts'
import { walk } from './walk.ts'

export interface StreamQuery {
  readonly filters: ServerFilters
  readonly include: Include
  readonly deadlineMs: number
}

/** Rows of one account as they arrive; the last part is the account's result. */
export type StreamPart =
  | { readonly servers: readonly Server[] }
  | { readonly ended: FleetAccount }

/** The number of rows that are hydrated and serialized at a time. */
const rowsAtOnce = 50

/**
 * Streams the servers that pass the filters, in the order in which the pages of the accounts arrive. The next page of an account is
 * requested when the previous one has been consumed, so at most one page of each is held. An account that is incomplete at the deadline
 * ends with an error.
 */
export async function * streamFleet (
  accounts: readonly Account[], query: StreamQuery, context: RequestContext
): AsyncGenerator<StreamPart> {
  yield * merge(accounts.map(account => streamAccount(account, query, context)))
}

async function * streamAccount (account: Account, query: StreamQuery, context: RequestContext): AsyncGenerator<StreamPart> {
  const { filters, include, deadlineMs } = query
  const { requestId, signal, counters, trace } = context
  const { clock } = account
  const call = createCall({ clock, requestId, signal, deadlineMs, counters, trace })
  const beganAt = clock.now()
  const toEnd = (status: 'ok' | 'error', count: number, error: Error | null): StreamPart =>
    ({ ended: { account, status, ageMs: count === 0 && error !== null ? null : clock.now() - beganAt, count, error } })
  let count = 0
  const leaving = new AbortController()
  const inTime = async <T>(work: Promise<T>): Promise<T> => await untilEnd(call, work, () => {
    leaving.abort()
    return new UpstreamError('timeout', 'the list was not complete before deadline_ms')
  })
  // The account's request deadline would cut a long list short, so the caller's deadline bounds the list as a whole. The calls get more
  // time than that: a call that the end of the stream interrupts must not count as a timeout of the provider.
  const { list } = account.connect(createCall({ clock, requestId, signal: leaving.signal, deadlineMs: deadlineMs * 2, counters, trace }))
  const pages = walk(list, { filters, after: null, limit: list.pageSize })
  try {
    for (;;) {
      const observedAt = new Date(clock.now()).toISOString()
      const next = await inTime(pages.next())
      if (next.done === true) break
      for (let from = 0; from < next.value.rows.length; from += rowsAtOnce) {
        const rows = await inTime(passing(list, next.value.rows.slice(from, from + rowsAtOnce), filters))
        count += rows.length
        if (rows.length > 0) yield { servers: rows.map(seen => account.toServer(seen, observedAt, include)) }
      }
    }
    yield toEnd('ok', count, null)
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    yield toEnd('error', count, error)
  }
}

/** Hydrates only rows that may pass the filters. */
async function passing (list: List, rows: readonly Seen[], filters: ServerFilters): Promise<readonly Seen[]> {
  const possible = rows.filter(({ server, missing }) => matches(server, filters, missing))
  return (await hydrate(list, possible)).filter(({ server }) => matches(server, filters))
}
