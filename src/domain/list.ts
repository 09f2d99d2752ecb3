import { z } from 'zod'
import type { ServerFacts, ServerStatus } from './server.ts'

/**
 * A server with the upstream object that it was read from. `missing` names the facts that only a read of the single server has. `fault` is
 * the vendor's reason for the status `error`; it becomes the error of operations that fail because of it.
 */
export interface Seen {
  readonly server: ServerFacts
  readonly raw: unknown
  readonly missing?: readonly FilterName[]
  readonly fault?: string | null
}

export type FilterName = 'status' | 'name' | 'q' | 'ip' | 'region' | 'owner' | 'tag'

export interface ServerFilters {
  readonly status?: ReadonlySet<ServerStatus>
  readonly name?: string
  readonly q?: string
  readonly ip?: string
  readonly region?: string
  readonly owner?: string
  readonly tag?: string
}

export const sortOrders = ['id', '-id', 'name', '-name', 'created_at', '-created_at'] as const
export type SortOrder = typeof sortOrders[number]

export const pageInfoSchema = z.object({
  limit: z.number(),
  next_cursor: z.string().nullable(),
  total: z.number().nullable().meta({ description: 'Null unless the total is known without reading every page' })
}).meta({ id: 'PageInfo', example: { limit: 50, next_cursor: null, total: 3 } })
