/** A time that is already in the published form, as in most rows. Days after the 28th are not in every month, so `Date` checks them. */
const plainUtc = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** A vendor's time (text with a zone, or seconds since 1970) as RFC 3339 in UTC, with milliseconds if not whole; null if it is no time. */
export function toUtc (value: string | number | null | undefined): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'string' && plainUtc.test(value)) return value
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(value)
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
