import { readAllRows } from '../kit/pages.ts'
import type { Listed } from './catalog-schema.ts'
import type { OnecloudAccount } from './settings.ts'

const pageSize = 1000

/** The scope of a list: by default even an administrator sees one project only. */
export const scopeQuery = ({ scope }: OnecloudAccount): Readonly<Record<string, string>> => scope === 'project' ? {} : { scope }

/** The query of one page. Sorted by id, because the vendor's default order by age shifts while pages are read. */
export const pageQuery = (offset: number, query: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({ limit: String(pageSize), offset: String(offset), order_by: 'id', order: 'asc', ...query }).toString()

/** Every row, page after page. Sizes have no id of their own. */
export const readAll = async <Row>(readPage: (offset: number) => Promise<Listed<Row>>, idOf: (row: Row) => string): Promise<Row[]> =>
  await readAllRows(0, async offset => {
    const { rows, total } = await readPage(offset)
    const end = offset + rows.length
    const isLast = rows.length === 0 || (typeof total === 'number' ? end >= total : rows.length < pageSize)
    return { rows, next: isLast ? null : end }
  }, idOf)
