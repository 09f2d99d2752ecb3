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
