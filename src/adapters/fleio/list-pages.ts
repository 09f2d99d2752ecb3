/** One page of a vendor that counts pages, not rows. */
export interface Place {
  readonly page: number
  readonly size: number
  /** The offset of its first row. */
  readonly start: number
}

/**
 * The page to read for an offset: it begins there or a little before, and reaches far. A row too early counts twice, once
 * for being read again and once for what it takes from the end; so every page but one of a single row brings a new one.
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

/** The page that holds the row at an offset, where all pages have one size and can not be laid out otherwise. */
export function placeWithin (offset: number, size: number): Place {
  const before = Math.floor(offset / size)
  return { page: before + 1, size, start: before * size }
}

/** What an answer shows of its page. */
export interface Shown {
  readonly rows: readonly unknown[]
  readonly total: number | null
  /** The vendor has a link to a next page. It is never followed: behind a proxy it may lead elsewhere, with the token. */
  readonly more: boolean
}

/**
 * The size of all pages where an answer shows that the vendor does not listen to the size asked for: more rows than that,
 * or last rows that only fit behind pages as long as the first one (`cut`) was. Null where nothing shows it.
 */
export function ownSizeOf ({ rows, total, more }: Shown, { page, size, start }: Place, cut: number): number | null {
  if (rows.length > size && (page > 1 || more)) return Math.max(cut, rows.length)
  if (more || total === null || cut === 0 || rows.length === 0 || page === 1) return null
  const begin = total - rows.length
  return begin > start && begin === (page - 1) * cut ? cut : null
}
