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
