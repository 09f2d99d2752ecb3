import type { Clock } from '../domain/clock.ts'
import { failures, UpstreamError, type Failure } from '../domain/failure.ts'
import type { Server } from '../domain/server.ts'
import type { Account } from '../transport/account.ts'
import type { RequestContext } from '../transport/context.ts'
import type { Cursors } from './cursor.ts'
import { createAccountSlices, type AccountSlice, type AccountSliceParts, type ReadSlice } from './fleet-account.ts'
import {
  afterOf, boundOf, mergeRows, readFleetPosition, writeFleetPosition, type FleetPosition, type FleetQuery, type Row
} from './fleet-sort.ts'

/** The result of one account of the fleet. */
export interface FleetAccount {
  readonly account: Account
  readonly status: 'ok' | 'stale' | 'error'
  /** The age of the read in milliseconds; null if there is none. */
  readonly ageMs: number | null
  /** The number of its servers in this answer. */
  readonly count: number
  readonly error: Error | null
}

export interface FleetPage {
  readonly data: readonly Server[]
  readonly page: { readonly limit: number, readonly next_cursor: string | null, readonly total: number | null }
  readonly accounts: readonly FleetAccount[]
}

export interface Fleet {
  /** Throws the first account's failure if no account answers. */
  page(accounts: readonly Account[], query: FleetQuery, context: RequestContext): Promise<FleetPage>
}

export interface FleetParts extends AccountSliceParts {
  readonly cursors: Cursors
}

/**
 * One page over several accounts. Sorted by `id`, accounts are listed one after another, each in its provider's own order, and after the
 * first page only accounts that can be on the page are read; other orders merge all accounts. Upstream calls: those of a list, for each
 * account that is read.
 */
export function createFleet ({ cursors, ...parts }: FleetParts): Fleet {
  const { clock } = parts
  const readSlice = createAccountSlices(parts)

  return {
    page: async (unsorted, query, context) => {
      const accounts = [...unsorted].sort((a, b) => a.id < b.id ? -1 : 1)
      const bound = boundOf(accounts, query)
      const start = query.cursor === null ? null : readFleetPosition(cursors.read(query.cursor, bound))
      const deadline = clock.elapsed() + query.deadlineMs
      const slices = await readSlices(readSlice, accounts, { query, start, context, deadline, clock })
      const merged = mergeRows(slices.flatMap(({ rows }) => rows), query.sort)
      const shown = await completeRows(slices, merged.slice(0, query.limit))
      const results = accounts.map(account => toFleetAccount(account, slices, { shown, start, now: clock.now }))
      const failure = failureOfAll(results)
      if (failure !== null) throw failure
      const last = merged[Math.min(query.limit, merged.length) - 1]
      const hasMore = merged.length > query.limit || slices.some(({ more }) => more) || mayFollow(accounts, slices, start)
      const failed = results.flatMap(({ account, error }) => error === null ? [] : [[account.id, failureOf(error)] as const])
      const next = hasMore && last !== undefined ? cursors.write(writeFleetPosition(last, { sort: query.sort, failed }), bound) : null
      const total = start === null && slices.length === accounts.length ? sum(slices.map(({ total }) => total)) : null
      return { data: shown.map(({ server }) => server), page: { limit: query.limit, next_cursor: next, total }, accounts: results }
    }
  }
}

interface SlicesQuery {
  readonly query: FleetQuery
  readonly start: FleetPosition | null
  readonly context: RequestContext
  readonly deadline: number
  readonly clock: Clock
}

/** Reads all accounts at once for the first page; for later pages in order of `id`, only as many accounts as fill the page. */
async function readSlices (readSlice: ReadSlice, accounts: readonly Account[], slicesQuery: SlicesQuery): Promise<AccountSlice[]> {
  const { query, start, context, deadline, clock } = slicesQuery
  // Slow accounts must not use up the time that hydrating the rows of the others needs.
  const reservedMs = accounts.some(({ needsHydration }) => needsHydration) ? query.deadlineMs / 4 : 0
  const open = accounts.flatMap(account => {
    const after = afterOf(account.id, start, query.sort)
    if (after === 'behind' || start?.failed.has(account.id) === true) return []
    return [{ account, query: { query, after, context, deadline, reservedMs } }]
  })
  const readAll = async (batch: typeof open): Promise<AccountSlice[]> =>
    await Promise.all(batch.map(async one => await readSlice(one.account, one.query)))
  if (start === null || !query.sort.endsWith('id')) return await readAll(open)
  const inOrder = query.sort.startsWith('-') ? open.reverse() : open
  const batches: Array<Promise<AccountSlice[]>> = []
  const impatientAt = clock.elapsed() + query.deadlineMs * patienceShare
  for (let from = 0, atOnce = 1; from < inOrder.length; from += atOnce, atOnce = Math.min(16, atOnce * 2)) {
    batches.push(readAll(inOrder.slice(from, from + atOnce)))
    if (await isSlow(Promise.all(batches), clock, impatientAt - clock.elapsed())) {
      // A slow account must not delay those after it.
      batches.push(readAll(inOrder.slice(from + atOnce)))
      break
    }
    const slices = (await Promise.all(batches)).flat()
    if (slices.reduce((rows, slice) => rows + slice.rows.length, 0) >= query.limit) break
  }
  return (await Promise.all(batches)).flat()
}

/** The share of the deadline during which accounts are read one after another. */
const patienceShare = 0.25

async function isSlow (work: Promise<unknown>, clock: Clock, ms: number): Promise<boolean> {
  const over = new AbortController()
  try {
    return await Promise.race([work.then(() => false), clock.sleep(ms, over.signal)])
  } finally {
    over.abort()
  }
}

/** Whether accounts remain that were not read because the page is full. */
function mayFollow (accounts: readonly Account[], slices: readonly AccountSlice[], start: FleetPosition | null): boolean {
  if (start === null) return false
  const readIds = new Set(slices.map(({ account }) => account.id))
  return accounts.some(({ id }) => !readIds.has(id) && !start.failed.has(id) && !start.isBehind(id))
}

/** Hydrates the shown rows only. An account that fails here counts as failed; a server that is gone is left out. */
async function completeRows (slices: readonly AccountSlice[], rows: readonly Row[]): Promise<readonly Row[]> {
  const completed = new Map<Row, Row | null>()
  await Promise.all(slices.map(async slice => {
    const pairs = await slice.hydrate(rows.filter(({ account }) => account === slice.account.id))
    for (const [row, hydrated] of pairs) completed.set(row, hydrated)
  }))
  return rows.flatMap(row => completed.get(row) ?? [])
}

interface Shown {
  readonly shown: readonly Row[]
  readonly start: FleetPosition | null
  readonly now: () => number
}

function toFleetAccount (account: Account, slices: readonly AccountSlice[], { shown, start, now }: Shown): FleetAccount {
  const failedBefore = start?.failed.get(account.id)
  if (failedBefore !== undefined) {
    const error = new UpstreamError(failedBefore, 'this account failed on an earlier page of this walk; start a new walk to read it again')
    return { account, status: 'error', ageMs: null, count: 0, error }
  }
  const slice = slices.find(one => one.account === account)
  if (slice === undefined) return { account, status: 'ok', ageMs: null, count: 0, error: null }
  const count = shown.filter(row => row.account === account.id).length
  return { account, status: slice.status(), ageMs: slice.at === null ? null : Math.max(0, now() - slice.at), count, error: slice.error() }
}

/** The first account's failure if none has answered; null if one has, or if there are no accounts. */
export function failureOfAll (results: readonly FleetAccount[]): Error | null {
  if (results.some(({ status }) => status !== 'error')) return null
  const errors = results.flatMap(({ error }) => error ?? [])
  return errors.find(error => failures[failureOf(error)].account.unheard) ?? errors[0] ?? null
}

const failureOf = (error: Error): Failure => error instanceof UpstreamError ? error.failure : 'unavailable'

const sum = (numbers: ReadonlyArray<number | null>): number | null =>
  numbers.reduce<number | null>((all, one) => all === null || one === null ? null : all + one, 0)
