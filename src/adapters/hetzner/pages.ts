import type { z } from 'zod'
import { readAllPages } from '../kit/pages.ts'
import { listWire } from './schema.ts'
import type { HetznerSend } from './send.ts'

/** More is not allowed. */
export const pageSize = 50

export type Query = ReadonlyArray<readonly [name: string, value: string]>

/** Parameters with several values are repeated, never joined by commas. */
export function queryText (pairs: Query): string {
  const query = new URLSearchParams()
  for (const [name, value] of pairs) query.append(name, value)
  return query.toString()
}

/** Every row of a catalog. Without `per_page` the vendor stops at 25; the links in its headers are never followed. */
export const createReadAll = (send: HetznerSend) =>
  async <Row extends { readonly id: string }>(name: string, row: z.ZodType<Row>, query: Query = []): Promise<readonly Row[]> => {
    const schema = listWire(name, row)
    return await readAllPages(1, async page => {
      const parameters = queryText([...query, ['page', String(page)], ['per_page', String(pageSize)]])
      const { rows, meta } = await send({ name, method: 'GET', path: `/${name}?${parameters}`, schema })
      return { rows, next: rows.length === 0 ? null : meta?.pagination?.next_page ?? null }
    })
  }
