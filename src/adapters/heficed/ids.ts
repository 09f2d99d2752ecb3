import { badMember } from '../../domain/failure.ts'

const memoryStepMib = 512
export const diskStepGib = 10

export function checkMemory (memoryMib: number | undefined): void {
  if (memoryMib !== undefined && memoryMib % memoryStepMib !== 0) {
    throw badMember('body.memory_mib', `must be a multiple of ${memoryStepMib}`)
  }
}
