import { badMember } from '../../domain/failure.ts'

/** GiB of `body.disk_gib` as whole MiB, for vendors that count in these. */
export function toMib (gib: number): number {
  const mib = gib * 1024
  if (Number.isInteger(mib)) return mib
  throw badMember('body.disk_gib', 'must be a whole number of MiB')
}

/** Whether a server may be the one that a create requested, by one member; one that either of the two lacks does not decide. */
export const agrees = (requested: unknown, shown: string | number | null | undefined): boolean =>
  requested === undefined || shown === null || shown === undefined || String(requested).toLowerCase() === String(shown).toLowerCase()
