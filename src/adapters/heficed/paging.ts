import { UpstreamError } from '../../domain/failure.ts'
import type { ListWire } from './schema.ts'

const maximumPages = 100

type Offset = Readonly<Record<string, string>>

/**
 * Every row of a catalogue, each id once. The first page is asked for in the plain way that was seen to work, the others
 * only where the answer tells of more.
 */
export async function readPages<Row extends { readonly id: string }> (read: (offset: Offset) => Promise<ListWire & { readonly data: readonly Row[] }>): Promise<readonly Row[]> {
  const rows = new Map<string, Row>()
  let offset = 0
  for (let pages = 0; pages < maximumPages; pages += 1) {
    const page = await read(offset === 0 ? {} : { offset: String(offset) })
    const before = rows.size
    for (const row of page.data) rows.set(row.id, row)
    offset += page.data.length
    if (isLast(page, offset)) return [...rows.values()]
    if (rows.size === before) break
  }
  throw new UpstreamError('malformed', 'the provider\'s list does not end')
}

/** Ends survive either guess about what stands there when nothing follows: the empty text in links, null in offsets. */
export function isLast ({ data, links, metadata }: ListWire & { readonly data: readonly unknown[] }, end: number): boolean {
  if (data.length === 0) return true
  const total = metadata?.paging?.total
  if (typeof total === 'number') return end >= total
  // The link is only looked at, never followed.
  return typeof metadata?.paging?.offsets?.next !== 'number' && (links?.paging?.next ?? '') === ''
}
