import { badMember } from '../../domain/failure.ts'
import { isUuid, noServer } from '../kit/ids.ts'

/** Decimal without leading zeros; no other id can exist, and another spelling would bypass guard.protected. */
export function idOf (id: string): string {
  if (!/^[1-9]\d{0,18}$/.test(id)) throw noServer()
  return id
}

/** Templates and SSH keys have such ids. */
export function uuidOf (id: string, path: string): string {
  if (!isUuid(id.toLowerCase())) throw badMember(path, 'must be the UUID that the catalog shows')
  return id
}

const memoryStepMib = 512
export const diskStepGib = 10

export function checkMemory (memoryMib: number | undefined): void {
  if (memoryMib !== undefined && memoryMib % memoryStepMib !== 0) {
    throw badMember('body.memory_mib', `must be a multiple of ${memoryStepMib}`)
  }
}
