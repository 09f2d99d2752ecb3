import { badMember } from '../../domain/failure.ts'

/** The vendor counts disks in whole MiB. */
export function mibOf (diskGib: number): number {
  const mib = diskGib * 1024
  if (Number.isInteger(mib)) return mib
  throw badMember('body.disk_gib', 'must be a whole number of MiB')
}
