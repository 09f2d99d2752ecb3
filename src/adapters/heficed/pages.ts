import { readAllPages } from '../kit/pages.ts'
import type { ListWire } from './schema.ts'

type Page<Row> = ListWire & { readonly data: readonly Row[] }
type Offset = Readonly<Record<string, string>>

/**
 * Every row of a catalog, each id once. The first request has no offset, which was seen to work; further pages are read
 * only if the answer says that there are more.
 */
export const readPages = async <Row extends { readonly id: string }>(read: (offset: Offset) => Promise<Page<Row>>) =>
  await readAllPages<Row, number>(0, async offset => {
    const page = await read(offset === 0 ? {} : { offset: String(offset) })
    const end = offset + page.data.length
    return { rows: page.data, next: isLast(page, end) ? null : end }
  })

/** Accepts both observed markers of a last page: an empty text in links, null in offsets. */
export function isLast ({ data, links, metadata }: Page<unknown>, end: number): boolean {
  if (data.length === 0) return true
  const total = metadata?.paging?.total
  if (typeof total === 'number') return end >= total
  // The link is only inspected, never followed.
  return typeof metadata?.paging?.offsets?.next !== 'number' && (links?.paging?.next ?? '') === ''
}
