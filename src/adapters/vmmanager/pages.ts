import { compareNumericIds } from '../../domain/compare.ts'
import { UpstreamError } from '../../domain/failure.ts'
import { isLastPage, type ListAnswer } from './list.ts'

const rowsAtOnce = 200
const maximumPages = 100

export interface PageQuery {
  readonly after: string | null
  readonly limit: number
}

/** A whole list, page by page after the last id: right under both readings of the vendor's `limit`. */
export async function readAll<Row extends { readonly id: string }> (readPage: (page: PageQuery) => Promise<ListAnswer<Row>>): Promise<readonly Row[]> {
  const rows: Row[] = []
  let after: string | null = null
  for (let pages = 0; pages < maximumPages; pages += 1) {
    const answer = await readPage({ after, limit: rowsAtOnce })
    const fresh = answer.list.filter(({ id }) => after === null || compareNumericIds(id, after) > 0)
    rows.push(...fresh)
    if (isLastPage(answer, rowsAtOnce)) return rows
    const last = fresh.map(({ id }) => id).sort(compareNumericIds).at(-1)
    if (last === undefined) break
    after = last
  }
  throw new UpstreamError('malformed', 'the provider\'s list does not end')
}
