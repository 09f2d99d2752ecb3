import type { Clock } from '../domain/clock.ts'
import { failures, UpstreamError } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { Generations } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import { createCall, withinCall, type Call } from '../transport/call.ts'
import { readCall, type RequestContext } from '../transport/context.ts'
import type { Position } from './cursor.ts'
import type { FleetQuery, Row } from './fleet-sort.ts'
import { hydrate, readRows } from './read-page.ts'
import { createReads, type Read } from './shared-reads.ts'
import { shapeOf } from './servers.ts'

export interface AccountSliceParts {
  readonly generations: Generations
  readonly observer: Observer
  readonly clock: Clock
}

export interface AccountSliceQuery {
  readonly query: FleetQuery
  readonly after: Position | null
  readonly context: RequestContext
  /** The deadline of the whole page, by `clock.elapsed()`. */
  readonly deadline: number
  /** The part of the deadline that is reserved for hydrating the shown rows. */
  readonly reservedMs: number
}

/** One account's slice of a page over several accounts. */
export interface AccountSlice {
  readonly account: Account
  /** In order, at most a page. */
  readonly rows: readonly Row[]
  readonly more: boolean
  readonly total: number | null
  /** Epoch milliseconds of the read; null if it failed. */
  readonly at: number | null
  /** The shown rows, each with its hydrated row: null if its server is gone. Empty if hydration fails. */
  hydrate(rows: readonly Row[]): Promise<ReadonlyArray<readonly [Row, Row | null]>>
  status(): 'ok' | 'stale' | 'error'
  error(): Error | null
}

interface Part {
  readonly rows: readonly Row[]
  readonly more: boolean
  readonly total: number | null
}

const cacheBytes = 16 * 1024 * 1024

/** Reads accounts, and falls back to an earlier read if an account does not answer. */
export function createAccountSlices ({ generations, observer, clock }: AccountSliceParts): (account: Account, asked: AccountSliceQuery) => Promise<AccountSlice> {
  const reads = createReads<Part>({
    generations,
    observer,
    clock,
    maxBytes: cacheBytes,
    bytesOf: ({ rows }) => rows.reduce((bytes, { server }) => bytes + JSON.stringify(server).length, 100),
    isWhole: ({ rows }) => rows.every(({ seen }) => seen === null),
    toCached: part => ({ ...part, rows: part.rows.map(row => ({ ...row, server: { ...row.server, source: 'cache' } })) })
  })

  return async (account, { query, after, context, deadline, reservedMs }) => {
    const call = callOf(account, deadline, context)
    const reading = { ...call, deadline: call.deadline - reservedMs }
    const { include, filters, sort, limit } = query
    const asked = {
      account,
      key: `${shapeOf(account, query)}${limit} ${include.raw ? 'raw' : ''} ${JSON.stringify(after)}`,
      maxAgeMs: query.maxAgeMs ?? account.options.cacheMs
    }
    try {
      // The read has the account's own deadline: it is shared with callers that have more time, or less.
      const read = await withinCall(reading, async leaving => await reads.read({ ...asked, context: { ...context, signal: leaving } }, async signal => {
        const observedAt = new Date(clock.now()).toISOString()
        const found = await readRows(account.connect(readCall(account, context, signal)).list, { filters, sort, limit, after })
        const rows = found.rows.map(seen => ({ account: account.id, server: account.toServer(seen, observedAt, include), seen: seen.missing === undefined ? null : seen }))
        return { rows, more: found.next !== null, total: found.total }
      }), late)
      return toSlice(account, read, { call, query, context })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const cached = failures[error.failure].account.staleAllowed ? await reads.cached({ ...asked, context, maxAgeMs: Number.POSITIVE_INFINITY }) : null
      if (cached !== null) observer.cacheAsked(account.id, 'stale')
      return cached === null ? failedSlice(account, error) : { ...toSlice(account, cached, { call, query, context }), status: () => 'stale', error: () => null }
    }
  }
}

const late = (): Error => new UpstreamError('timeout', 'no answer before deadline_ms')

const callOf = (account: Account, deadline: number, { requestId, signal, counters }: RequestContext): Call =>
  createCall({ clock: account.clock, requestId, signal, deadlineMs: Math.min(deadline - account.clock.elapsed(), account.options.requestDeadlineMs), counters })

const failedSlice = (account: Account, error: Error): AccountSlice =>
  ({ account, rows: [], more: false, total: null, at: null, hydrate: async () => [], status: () => 'error', error: () => error })

interface Looking {
  readonly call: Call
  readonly query: FleetQuery
  readonly context: RequestContext
}

function toSlice (account: Account, read: Read<Part>, { call, query, context }: Looking): AccountSlice {
  const { value: { rows, more, total }, at } = read
  let failed: UpstreamError | null = null
  const toRow = (row: Row, seen: Seen): Row => ({ ...row, server: account.toServer(seen, row.server.observed_at, query.include), seen: null })
  return {
    account,
    rows,
    more,
    total,
    at,
    status: () => failed === null ? 'ok' : 'error',
    error: () => failed,
    hydrate: async shown => {
      const lacking = shown.flatMap(({ seen }) => seen ?? [])
      if (lacking.length === 0) return shown.map(row => [row, row])
      try {
        const looked = await withinCall(call, async leaving => await hydrate(account.connect(readCall(account, context, leaving)).list, lacking), late)
        const known = new Map(looked.map(seen => [seen.server.id, seen]))
        const completed = shown.map((row): readonly [Row, Row | null] => {
          const seen = known.get(row.server.id)
          return [row, row.seen === null ? row : seen === undefined ? null : toRow(row, seen)]
        })
        // A slice that is shown whole replaces the shared read.
        if (shown.length === rows.length) read.keep({ rows: completed.flatMap(([, row]) => row ?? []), more, total })
        return completed
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        failed = error
        return []
      }
    }
  }
}
