/** Negative, zero or positive, as for Array.sort. */
export type Compare<T> = (a: T, b: T) => number

const astral = /[\ud800-\udfff]/

/** By code points: UTF-16 order differs from it only where surrogates take part. */
export const compareText: Compare<string> = (a, b) => {
  if (a === b) return 0
  if (astral.test(a) || astral.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}

/** Orders decimal ids of any length by their number; other ids come after them, by code points. */
export const compareNumericIds: Compare<string> = (a, b) => {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (aIsNumber && bIsNumber) return a.length - b.length || (a === b ? 0 : a < b ? -1 : 1)
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1
  return compareText(a, b)
}
