import { readAllRows } from '../kit/pages.ts'
import type { Listed } from './schema.ts'
import type { OnecloudAccount } from './settings.ts'

const pageSize = 1000

/** The scope of a list: by default even an administrator sees one project only. */
export const scopeQuery = ({ scope }: OnecloudAccount): Readonly<Record<string, string>> => scope === 'project' ? {} : { scope }

/** The query of one page. Sorted by id, because the vendor's default order by age shifts while pages are read. */
export const pageQuery = (offset: number, query: Readonly<Record<string, string>> = {}, limit = pageSize): URLSearchParams =>
  new URLSearchParams({ limit: String(limit), offset: String(offset), order_by: 'id', order: 'asc', ...query })

export const isLastPage = ({ rows, total }: Listed<unknown>, offset: number, limit: number): boolean =>
  rows.length === 0 || (typeof total === 'number' ? offset + rows.length >= total : rows.length < limit)

/** Every row, page after page. Sizes have no id of their own. */
export const readAll = async <Row>(readPage: (offset: number) => Promise<Listed<Row>>, idOf: (row: Row) => string): Promise<Row[]> =>
  await readAllRows(0, async offset => {
    const page = await readPage(offset)
    return { rows: page.rows, next: isLastPage(page, offset, pageSize) ? null : offset + page.rows.length }
  }, idOf)
