import { compareNumericIds } from '../../domain/compare.ts'
import { readAllPages } from '../kit/pages.ts'
import { isLastPage, type ListAnswer } from './list.ts'

const pageSize = 200

export interface PageQuery {
  readonly after: string | null
  readonly limit: number
}

/** A whole list, page by page after the last id, which is correct for both readings of the vendor's `limit`. */
export const readAll = async <Row extends { readonly id: string }>(readPage: (page: PageQuery) => Promise<ListAnswer<Row>>): Promise<readonly Row[]> =>
  await readAllPages<Row, string | null>(null, async after => {
    const answer = await readPage({ after, limit: pageSize })
    const rows = answer.list.filter(({ id }) => after === null || compareNumericIds(id, after) > 0)
    const last = rows.map(({ id }) => id).sort(compareNumericIds).at(-1) ?? after
    return { rows, next: isLastPage(answer, pageSize) ? null : last }
  })
