import type { NumberedPage } from '../kit/pages.ts'

/** The page with the row at an offset, if all pages have one fixed size. */
export function placeWithin (offset: number, size: number): NumberedPage {
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
export function ownSizeOf ({ rows, total, more }: Shown, { page, size, start }: NumberedPage, cut: number): number | null {
  if (rows.length > size && (page > 1 || more)) return Math.max(cut, rows.length)
  if (more || total === null || cut === 0 || rows.length === 0 || page === 1) return null
  const begin = total - rows.length
  return begin > start && begin === (page - 1) * cut ? cut : null
}
