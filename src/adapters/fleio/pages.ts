import type { z } from 'zod'
import { readAllPages } from '../kit/pages.ts'
import type { Send } from '../kit/send.ts'
import { pageWire } from './catalog-schema.ts'
import { isMissing, readAnswer } from './send.ts'

export interface WholeList<Row extends { readonly id: string }> {
  readonly path: string
  readonly row: z.ZodType<Row>
  /** Without an order, rows may move between pages; an unknown name is ignored. */
  readonly ordering: string
  readonly query?: Readonly<Record<string, string>>
  /** The installation may not have the route. */
  readonly uncertain?: boolean
}

const pageSize = 200

/** Reads every page; the link to the next page is never followed. A page after the last is a 404. */
export const createReadAll = (send: Send) => async <Row extends { readonly id: string }>(list: WholeList<Row>): Promise<readonly Row[]> => {
  const { path, row, ordering, query = {}, uncertain = false } = list
  const wire = pageWire(row)
  return await readAllPages(1, async page => {
    const parameters = new URLSearchParams({ ...query, ordering, page: String(page), page_size: String(pageSize) })
    const answer = await send({
      name: path.slice(1),
      method: 'GET',
      path: `${path}?${parameters.toString()}`,
      read: response => page > 1 && isMissing(response) ? null : readAnswer(wire, response, { uncertain })
    })
    const rows = answer?.objects ?? []
    return { rows, next: rows.length > 0 && typeof answer?.next === 'string' ? page + 1 : null }
  })
}
