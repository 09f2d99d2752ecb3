import { UpstreamError } from '../../domain/failure.ts'
import type { Listed } from './catalog-schema.ts'
import type { OnecloudAccount } from './settings.ts'

const pageSize = 1000
const maximumPages = 100

/** Whose rows a list shows: even an administrator sees only one project's where nothing is said. */
export const scopeQuery = ({ scope }: OnecloudAccount): Readonly<Record<string, string>> => scope === 'project' ? {} : { scope }

/** One page's query. The vendor's own order is by age, which moves under a reader: the id does not. */
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
