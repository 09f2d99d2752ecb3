import type { z } from 'zod'
import { UpstreamError } from '../../domain/failure.ts'
import { pageWire } from './catalogue-schema.ts'
import type { Send } from '../kit/send.ts'
import { isMissing, readAnswer } from './send.ts'

export interface WholeList<Row extends { readonly id: string }> {
  readonly path: string
  readonly row: z.ZodType<Row>
  /** Without one, rows may move between pages; an unknown name is ignored. */
  readonly ordering: string
  readonly query?: Readonly<Record<string, string>>
  /** An installation may lack the route. */
  readonly uncertain?: boolean
}

const rowsOfPage = 200
const mostPages = 100

/** Reads every page, one after the other; the link to the next one is never followed. Past the end is a 404. */
export const createReadAll = (send: Send) => async <Row extends { readonly id: string }>(list: WholeList<Row>): Promise<readonly Row[]> => {
  const { path, row, ordering, query = {}, uncertain = false } = list
  const wire = pageWire(row)
  const found = new Map<string, Row>()
  for (let page = 1; page <= mostPages; page += 1) {
    const asked = new URLSearchParams({ ...query, ordering, page: String(page), page_size: String(rowsOfPage) })
    const answer = await send({
      name: path.slice(1),
      method: 'GET',
      path: `${path}?${asked.toString()}`,
      read: response => page > 1 && isMissing(response) ? null : readAnswer(wire, response, { uncertain })
    })
    for (const item of answer?.objects ?? []) found.set(item.id, item)
    if (answer === null || answer.objects.length === 0 || typeof answer.next !== 'string') return [...found.values()]
  }
  throw new UpstreamError('malformed', `the list has no end within ${mostPages} pages`, { status: 200 })
}
