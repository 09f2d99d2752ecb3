import type { Clock } from '../domain/clock.ts'
import { UpstreamError, type Failure } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { Turns } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import { createCall, withinCall, type Call } from '../transport/call.ts'
import { readCall, type RequestContext } from '../transport/context.ts'
import type { Position } from './cursor.ts'
import type { FleetQuery, Row } from './fleet-sort.ts'
import { lookCloser, readRows } from './read-page.ts'
import { createReads, type Read } from './shared-reads.ts'
import { shapeOf } from './servers.ts'

export interface BerthParts {
  readonly turns: Turns
  readonly observer: Observer
  readonly clock: Clock
}

export interface BerthQuery {
  readonly query: FleetQuery
  readonly after: Position | null
  readonly context: RequestContext
  /** Of the whole page, by `clock.elapsed()`. */
  readonly deadline: number
  /** Kept of the deadline for looking closer at what is shown. */
  readonly reservedMs: number
}

/** One account's part of a page over several. */
export interface Berth {
  readonly account: Account
  /** In order, at most a page. */
  readonly rows: readonly Row[]
  readonly more: boolean
  readonly total: number | null
  /** Epoch milliseconds of the reading; null where it failed. */
  readonly at: number | null
  /** The rows that are shown, each with what a closer look shows of it: null for one that is gone. Nothing where that fails. */
  complete(rows: readonly Row[]): Promise<ReadonlyArray<readonly [Row, Row | null]>>
  status(): 'ok' | 'stale' | 'error'
  error(): Error | null
}

interface Part {
  readonly rows: readonly Row[]
  readonly more: boolean
  readonly total: number | null
}

const copiesBytes = 16 * 1024 * 1024
/** Failures that say nothing against what was read before. */
const passing: ReadonlySet<Failure> = new Set<Failure>(['timeout', 'unreachable', 'unavailable', 'suspended', 'malformed', 'rate-limited', 'circuit-open', 'overloaded'])

/** Asks accounts for their parts, and takes what was read before where an account does not answer. */
export function createBerths ({ turns, observer, clock }: BerthParts): (account: Account, asked: BerthQuery) => Promise<Berth> {
  const reads = createReads<Part>({
    turns,
    observer,
    clock,
    maxBytes: copiesBytes,
    bytesOf: ({ rows }) => rows.reduce((bytes, { server }) => bytes + JSON.stringify(server).length, 100),
    isWhole: ({ rows }) => rows.every(({ seen }) => seen === null),
    mark: part => ({ ...part, rows: part.rows.map(row => ({ ...row, server: { ...row.server, source: 'cache' } })) })
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
      // The reading has an account's own deadline: it is shared with callers who have more time, or less.
      const read = await withinCall(reading, async leaving => await reads.read({ ...asked, context: { ...context, signal: leaving } }, async signal => {
        const observedAt = new Date(clock.now()).toISOString()
        const found = await readRows(account.connect(readCall(account, context, signal)).list, { filters, sort, limit, after })
        const rows = found.rows.map(seen => ({ account: account.id, server: account.toServer(seen, observedAt, include), seen: seen.lacks === undefined ? null : seen }))
        return { rows, more: found.next !== null, total: found.total }
      }), late)
      return toBerth(account, read, { call, query, context })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const copy = passing.has(error.failure) ? await reads.copy({ ...asked, context, maxAgeMs: Number.POSITIVE_INFINITY }) : null
      if (copy !== null) observer.cacheAsked(account.id, 'stale')
      return copy === null ? failedBerth(account, error) : { ...toBerth(account, copy, { call, query, context }), status: () => 'stale', error: () => null }
    }
  }
}

const late = (): Error => new UpstreamError('timeout', 'no answer before deadline_ms')

const callOf = (account: Account, deadline: number, { requestId, signal, tally }: RequestContext): Call =>
  createCall({ clock: account.clock, requestId, signal, deadlineMs: Math.min(deadline - account.clock.elapsed(), account.options.requestDeadlineMs), tally })

const failedBerth = (account: Account, error: Error): Berth =>
  ({ account, rows: [], more: false, total: null, at: null, complete: async () => [], status: () => 'error', error: () => error })

interface Looking {
  readonly call: Call
  readonly query: FleetQuery
  readonly context: RequestContext
}

function toBerth (account: Account, read: Read<Part>, { call, query, context }: Looking): Berth {
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
    complete: async shown => {
      const lacking = shown.flatMap(({ seen }) => seen ?? [])
      if (lacking.length === 0) return shown.map(row => [row, row])
      try {
        const looked = await withinCall(call, async leaving => await lookCloser(account.connect(readCall(account, context, leaving)).list, lacking), late)
        const known = new Map(looked.map(seen => [seen.server.id, seen]))
        const completed = shown.map((row): readonly [Row, Row | null] => {
          const seen = known.get(row.server.id)
          return [row, row.seen === null ? row : seen === undefined ? null : toRow(row, seen)]
        })
        // A part that is shown whole can be taken by others as it is now.
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
