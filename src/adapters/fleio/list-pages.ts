/** One page of a vendor that pages by page number. */
export interface Place {
  readonly page: number
  readonly size: number
  /** The offset of its first row. */
  readonly start: number
}

/**
 * The page to read for an offset: it begins at or shortly before it, and is long. An early row costs double: it is read
 * again, and shortens the useful rest of the page. Every page of more than one row brings a new row.
 */
export function placeFor (offset: number, limit: number): Place {
  if (offset === 0) return { page: 1, size: limit, start: 0 }
  let best = { size: 1, worth: 1 }
  for (let size = Math.min(limit, offset); size > 1; size -= 1) {
    const worth = size - 2 * (offset % size)
    if (worth > best.worth) best = { size, worth }
  }
  const { size } = best
  const before = Math.floor(offset / size)
  return { page: before + 1, size, start: before * size }
}

/** The page with the row at an offset, if all pages have one fixed size. */
export function placeWithin (offset: number, size: number): Place {
  const before = Math.floor(offset / size)
  return { page: before + 1, size, start: before * size }
}

/** The facts of an answer about its page. */
export interface Shown {
  readonly rows: readonly unknown[]
  readonly total: number | null
  /** The vendor has a link to a next page. It is never followed: behind a proxy it may lead elsewhere, with the token. */
  readonly more: boolean
}

/**
 * The fixed page size, if an answer shows that the vendor ignores the requested size: it has more rows than that, or last
 * rows that fit only after pages as long as the first one (`cut`). Null if no answer shows it.
 */
export function ownSizeOf ({ rows, total, more }: Shown, { page, size, start }: Place, cut: number): number | null {
  if (rows.length > size && (page > 1 || more)) return Math.max(cut, rows.length)
  if (more || total === null || cut === 0 || rows.length === 0 || page === 1) return null
  const begin = total - rows.length
  return begin > start && begin === (page - 1) * cut ? cut : null
}
