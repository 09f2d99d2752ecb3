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
  /** The part of the time until the deadline that is reserved for hydrating the shown rows. */
  readonly reservedMs: number
}

/** One account's slice of a page over several accounts. */
export interface AccountSlice {
  readonly account: Account
  /** At most a page, in order. */
  readonly rows: readonly Row[]
  /** The account has rows after these. */
  readonly more: boolean
  readonly total: number | null
  /** Epoch milliseconds of the read; null if it failed. */
  readonly at: number | null
  /** Pairs each of these rows with its hydrated row, or with null if its server is gone. Empty if hydration fails. */
  hydrate(rows: readonly Row[]): Promise<ReadonlyArray<readonly [Row, Row | null]>>
  status(): 'ok' | 'stale' | 'error'
  error(): Error | null
}

interface SliceRows {
  readonly rows: readonly Row[]
  readonly more: boolean
  readonly total: number | null
}

const cacheBytes = 16 * 1024 * 1024

export type ReadSlice = (account: Account, query: AccountSliceQuery) => Promise<AccountSlice>

/** Reads an account's slice, and falls back to an earlier read if the account does not answer. */
export function createAccountSlices ({ generations, observer, clock }: AccountSliceParts): ReadSlice {
  const reads = createReads<SliceRows>({
    generations,
    observer,
    clock,
    maxBytes: cacheBytes,
    bytesOf: ({ rows }) => rows.reduce((bytes, { server }) => bytes + JSON.stringify(server).length, 100),
    isWhole: ({ rows }) => rows.every(({ seen }) => seen === null),
    toCached: slice => ({ ...slice, rows: slice.rows.map(row => ({ ...row, server: { ...row.server, source: 'cache' } })) })
  })

  return async (account, { query, after, context, deadline, reservedMs }) => {
    const call = callOf(account, deadline, context)
    const listCall = { ...call, deadline: call.deadline - reservedMs }
    const { include, filters, sort, limit } = query
    const request = {
      account,
      key: `${shapeOf(account, query)}${limit} ${include.raw ? 'raw' : ''} ${JSON.stringify(after)}`,
      maxAgeMs: query.maxAgeMs ?? account.options.cacheMs
    }
    const toRow = (seen: Seen, observedAt: string): Row =>
      ({ account: account.id, server: account.toServer(seen, observedAt, include), seen: seen.missing === undefined ? null : seen })
    const readList = async (signal: AbortSignal): Promise<SliceRows> => {
      const observedAt = new Date(clock.now()).toISOString()
      const found = await readRows(account.connect(readCall(account, context, signal)).list, { filters, sort, limit, after })
      return { rows: found.rows.map(seen => toRow(seen, observedAt)), more: found.next !== null, total: found.total }
    }
    try {
      // The read keeps the account's own deadline, because callers with more or less time may share it.
      const read = await withinCall(listCall, async leaving =>
        await reads.read({ ...request, context: { ...context, signal: leaving } }, readList), late)
      return toSlice(account, read, { call, query, context })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const isStaleAllowed = failures[error.failure].account.staleAllowed
      const cached = isStaleAllowed ? await reads.cached({ ...request, context, maxAgeMs: Number.POSITIVE_INFINITY }) : null
      if (cached === null) return failedSlice(account, error)
      observer.cacheAsked(account.id, 'stale')
      return { ...toSlice(account, cached, { call, query, context }), status: () => 'stale', error: () => null }
    }
  }
}

const late = (): Error => new UpstreamError('timeout', 'no answer before deadline_ms')

function callOf ({ clock, options }: Account, deadline: number, { requestId, signal, counters }: RequestContext): Call {
  const deadlineMs = Math.min(deadline - clock.elapsed(), options.requestDeadlineMs)
  return createCall({ clock, requestId, signal, deadlineMs, counters })
}

const failedSlice = (account: Account, error: Error): AccountSlice =>
  ({ account, rows: [], more: false, total: null, at: null, hydrate: async () => [], status: () => 'error', error: () => error })

interface SliceRequest {
  readonly call: Call
  readonly query: FleetQuery
  readonly context: RequestContext
}

function toSlice (account: Account, read: Read<SliceRows>, { call, query, context }: SliceRequest): AccountSlice {
  const { value: { rows, more, total }, at } = read
  let failed: UpstreamError | null = null
  const toHydrated = (row: Row, seen: Seen): Row =>
    ({ ...row, server: account.toServer(seen, row.server.observed_at, query.include), seen: null })
  const hydrateSeen = async (rows: readonly Seen[]): Promise<readonly Seen[]> => await withinCall(call, async leaving =>
    await hydrate(account.connect(readCall(account, context, leaving)).list, rows), late)
  return {
    account,
    rows,
    more,
    total,
    at,
    status: () => failed === null ? 'ok' : 'error',
    error: () => failed,
    hydrate: async shown => {
      const incomplete = shown.flatMap(({ seen }) => seen ?? [])
      if (incomplete.length === 0) return shown.map(row => [row, row])
      try {
        const hydrated = new Map((await hydrateSeen(incomplete)).map(seen => [seen.server.id, seen]))
        const pairs = shown.map((row): readonly [Row, Row | null] => {
          const seen = hydrated.get(row.server.id)
          return [row, row.seen === null ? row : seen === undefined ? null : toHydrated(row, seen)]
        })
        // If all rows of the slice were hydrated, they are cached.
        if (shown.length === rows.length) read.keep({ rows: pairs.flatMap(([, row]) => row ?? []), more, total })
        return pairs
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        failed = error
        return []
      }
    }
  }
}
