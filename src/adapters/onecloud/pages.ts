import { UpstreamError } from '../../domain/failure.ts'
import type { Listed } from './catalog-schema.ts'
import type { OnecloudAccount } from './settings.ts'

const pageSize = 1000
const maximumPages = 100

/** The scope of a list: by default even an administrator sees one project only. */
export const scopeQuery = ({ scope }: OnecloudAccount): Readonly<Record<string, string>> => scope === 'project' ? {} : { scope }

/** The query of one page. Sorted by id, because the vendor's default order by age shifts while pages are read. */
export const pageQuery = (offset: number, query: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({ limit: String(pageSize), offset: String(offset), order_by: 'id', order: 'asc', ...query }).toString()

/** Every row, page after page. */
export async function allPages<Row> (plural: string, page: (offset: number) => Promise<Listed<Row>>): Promise<Row[]> {
  const found: Row[] = []
  for (let pages = 0; pages < maximumPages; pages += 1) {
    const { rows, total } = await page(found.length)
    found.push(...rows)
    if (rows.length === 0 || (typeof total === 'number' ? found.length >= total : rows.length < pageSize)) return found
  }
  throw new UpstreamError('malformed', `the list of ${plural} does not end`)
}
