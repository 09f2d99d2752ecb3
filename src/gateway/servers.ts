import type { ServerFilters, SortOrder } from '../domain/list.js'
import type { Server } from '../domain/server.js'
import type { Account, Observed } from './account.js'
import { readCall, type RequestContext } from './context.js'
import type { Cursors } from './cursor.js'
import { readPage } from './read-page.js'

export interface Include {
  readonly raw: boolean
}

export interface ServersQuery {
  readonly filters: ServerFilters
  readonly sort: SortOrder
  readonly limit: number
  readonly cursor: string | null
  readonly include: Include
}

export interface ServersPage {
  readonly data: readonly Server[]
  readonly page: { readonly limit: number, readonly next_cursor: string | null, readonly total: number | null }
  readonly observedAt: string
}

export interface Servers {
  list(account: Account, query: ServersQuery, context: RequestContext): Promise<ServersPage>
  get(account: Account, id: string, include: Include, context: RequestContext): Promise<Server>
}

/** Upstream calls of `list`: the vendor's pages (and a closer look at each shown row where the vendor's list lacks something); of `get`: one. */
export function createServers (cursors: Cursors, now: () => number): Servers {
  const observe = async <T>(work: () => Promise<T>): Promise<Observed<T>> => {
    const at = new Date(now()).toISOString()
    return { value: await work(), at }
  }

  return {
    list: async (account, query, context) => {
      const shape = shapeOf(account, query)
      const after = query.cursor === null ? null : cursors.read(query.cursor, shape)
      const { sort, limit, filters } = query
      const { value: read } = await account.lists.join(`${shape}${limit} ${JSON.stringify(after)}`, context.signal, async signal => await observe(
        async () => await readPage(account.connect(readCall(account, context, signal)).list, { filters, sort, limit, after })
      ))
      const { rows, next, total } = read.value
      return {
        data: rows.map(row => account.toServer(row, read.at, query.include)),
        page: { limit, next_cursor: next === null ? null : cursors.write(next, shape), total },
        observedAt: read.at
      }
    },
    get: async (account, id, include, context) => {
      const { value: read } = await account.gets.join(id, context.signal, async signal => await observe(
        async () => await account.connect(readCall(account, context, signal)).get.run(id)
      ))
      return account.toServer(read.value, read.at, include)
    }
  }
}

/** What a cursor and a shared read are bound to. */
function shapeOf (account: Account, { filters, sort }: ServersQuery): string {
  const { status, ...rest } = filters
  const named = Object.entries(rest).sort(([a], [b]) => a < b ? -1 : 1)
  return `${JSON.stringify([account.id, sort, status === undefined ? null : [...status].sort(), named])}\n`
}
