/** Texts of numbers compare as numbers; null and undefined come first. */
export function compareValues (left: unknown, right: unknown): number {
  const [a, b] = [left ?? null, right ?? null]
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  const [x, y] = [toNumber(a), toNumber(b)]
  if (x !== null && y !== null) return x - y
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

function toNumber (value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null
}
