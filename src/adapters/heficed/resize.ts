import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ResizeSpec } from '../../domain/spec.ts'
import { checkMemory, diskStepGib } from './ids.ts'
import type { HeficedClient } from './client.ts'
import { mainDiskOf } from './mapping.ts'
import { fromSizes, toBilled } from './create-mapping.ts'

type Sized = 'cpus' | 'memory_mib' | 'disk_gib'
type Sizes = Pick<ResizeSpec, Sized>

export const createResize = (client: HeficedClient): AllVerbs['resize'] => ({
  evidence: 'inferred',
  accepts: ['cpus', 'memory_mib', 'disk_gib'],
  note: 'No public source shows this call. Sizes only grow, and it costs money; ' +
      'disk_gib is the sum of all disks, of which the main one grows.',
  run: async ({ seen, ...asked }) => {
    const sizes = toSizes(seen, asked)
    // The vendor sells the difference: without one there is nothing to order.
    if (sized.every(member => (asked[member] ?? seen.server[member]) === seen.server[member])) return { done: true }
    return toBilled(await client.resize(seen.server.id, fromSizes(sizes)))
  }
})

const sized: readonly Sized[] = ['cpus', 'memory_mib', 'disk_gib']

/** All three are sent, as in the only known form; sizes that were not requested keep their value. */
function toSizes (seen: Seen, asked: Sizes): Parameters<typeof fromSizes>[0] {
  const { server } = seen
  for (const member of sized) refuseLess(member, asked[member], server[member])
  checkMemory(asked.memory_mib)
  return { cpus: asked.cpus ?? server.cpus, memoryMib: asked.memory_mib ?? server.memory_mib, diskGib: toMainDisk(seen, asked.disk_gib) }
}

function refuseLess (member: Sized, asked: number | undefined, has: number | null): void {
  if (asked !== undefined && has !== null && asked < has) throw badMember(`body.${member}`, `can only grow: the server has ${has}`)
}

/** Our record has the sum of all disks, the vendor's order names the main disk. */
function toMainDisk ({ server, raw }: Seen, total: number | undefined): number | null {
  const main = mainDiskOf(raw)
  if (total === undefined) return main
  const others = main === null || server.disk_gib === null ? 0 : server.disk_gib - main
  if (total !== server.disk_gib && (total - others) % diskStepGib !== 0) {
    throw badMember('body.disk_gib', others === 0 ? `must be a multiple of ${diskStepGib}` : `must be ${others} (the other disks) and a multiple of ${diskStepGib}`)
  }
  return total - others
}
