/** A vendor's time (text with a zone, or seconds since 1970) as RFC 3339 in UTC with whole or milli-seconds; null for what is no time. */
export function toUtc (value: string | number | null | undefined): string | null {
  if (value === null || value === undefined || value === '') return null
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(value)
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
