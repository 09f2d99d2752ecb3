import { badMember } from '../../domain/failure.ts'

/** A size in `unit` parts; null if the vendor shows none, or 0 for none. */
export const positive = (value: number | null | undefined, unit = 1): number | null => typeof value === 'number' && value > 0 ? value / unit : null

/** GiB of `body.disk_gib` as whole MiB, for vendors that count in these. */
export function toMib (gib: number): number {
  const mib = gib * 1024
  if (Number.isInteger(mib)) return mib
  throw badMember('body.disk_gib', 'must be a whole number of MiB')
}
