import type { Clock } from '../domain/clock.ts'
import type { ServerFilters, SortOrder } from '../domain/list.ts'
import type { Server } from '../domain/server.ts'
import type { Generations } from '../state/generation.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import { toAnswer, toCached, type Answer } from './answer.ts'
import { readCall, type RequestContext } from '../transport/context.ts'
import type { Cursors } from './cursor.ts'
import { readPage } from './read-page.ts'
import { createUnchangedPages } from './unchanged-pages.ts'
import { createReads, type Read } from './shared-reads.ts'

export interface Include {
  readonly raw: boolean
}

export interface ServersQuery {
  readonly filters: ServerFilters
  readonly sort: SortOrder
  readonly limit: number
  readonly cursor: string | null
  readonly include: Include
  /** The maximum age of a cached answer in milliseconds; null: the account's setting. */
  readonly maxAgeMs: number | null
}

export interface ServerQuery {
  readonly id: string
  readonly include: Include
  readonly maxAgeMs: number | null
}

export interface Servers {
  list(account: Account, query: ServersQuery, context: RequestContext): Promise<Read<Answer>>
  get(account: Account, query: ServerQuery, context: RequestContext): Promise<Read<Answer>>
  /** Reads the server from the provider, without the cache. */
  read(account: Account, id: string, context: RequestContext): Promise<Server>
}

export interface ServersParts {
  readonly cursors: Cursors
  readonly generations: Generations
  readonly observer: Observer
  readonly clock: Clock
}

const cacheBytes = 32 * 1024 * 1024
/** An answer may be held as a text and as bytes; names and ids rarely have characters beyond Latin 1, so each takes one byte of them. */
const mostBytesOfCharacter = 2

/** Upstream calls of `list`: the vendor's pages, and one per shown row if the vendor's list is incomplete; of `get`: one. */
export function createServers ({ cursors, generations, observer, clock }: ServersParts): Servers {
  const unchangedPages = createUnchangedPages()
  const bytesOf = ({ text }: Answer): number => text.length * mostBytesOfCharacter
  const reads = createReads<Answer>({ generations, observer, clock, maxBytes: cacheBytes, bytesOf, toCached })

  return {
    list: async (account, query, context) => {
      const { sort, limit, filters, include } = query
      const shape = shapeOf(account, query)
      const after = query.cursor === null ? null : cursors.read(query.cursor, shape)
      const key = `${shape}${limit} ${include.raw ? 'raw' : ''} ${JSON.stringify(after)}`
      return await reads.read({ account, key, maxAgeMs: query.maxAgeMs ?? account.options.cacheMs, context }, async signal => {
        const observedAt = new Date(clock.now()).toISOString()
        const page = await readPage(account.connect(readCall(account, context, signal)).list, { filters, sort, limit, after })
        const unchangedKey = `${account.instanceId} ${key}`
        const unchanged = unchangedPages.find(unchangedKey, page, observedAt)
        if (unchanged !== null) return unchanged
        const nextCursor = page.next === null ? null : cursors.write(page.next, shape)
        const data = page.rows.map(row => account.toServer(row, observedAt, include))
        const answer = toAnswer({ value: { data, page: { limit, next_cursor: nextCursor, total: page.total } }, nextCursor, observedAt })
        // Only repeated provider answers yield the same row objects again, so no other page is worth keeping.
        if (context.counters.repeatedAnswers === context.counters.upstreamCalls) unchangedPages.keep(unchangedKey, page, answer)
        return answer
      })
    },
    get: async (account, { id, include, maxAgeMs }, context) => {
      const key = `get ${include.raw ? 'raw' : ''} ${id}`
      return await reads.read({ account, key, maxAgeMs: maxAgeMs ?? account.options.cacheMs, context }, async signal => {
        const observedAt = new Date(clock.now()).toISOString()
        const seen = await account.connect(readCall(account, context, signal)).get.run(id)
        return toAnswer({ value: account.toServer(seen, observedAt, include), nextCursor: null, observedAt })
      })
    },
    read: async (account, id, context) => {
      const observedAt = new Date(clock.now()).toISOString()
      return account.toServer(await account.connect(readCall(account, context)).get.run(id), observedAt, { raw: false })
    }
  }
}

/** The text that cursors and shared reads are bound to. */
export function shapeOf (account: Account, { filters, sort }: Pick<ServersQuery, 'filters' | 'sort'>): string {
  const { status, ...rest } = filters
  const named = Object.entries(rest).sort(([a], [b]) => a < b ? -1 : 1)
  return `${JSON.stringify([account.id, sort, status === undefined ? null : [...status].sort(), named])}\n`
}
