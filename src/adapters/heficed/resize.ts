import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { HeficedClient } from './client.ts'
import { checkMemory, diskStepGib } from './ids.ts'
import { mainDiskOf, toBilled } from './mapping.ts'

const sizes = ['cpus', 'memory_mib', 'disk_gib'] as const

export const createResize = (client: HeficedClient): AllVerbs['resize'] => ({
  evidence: 'inferred',
  accepts: [...sizes],
  note: 'No public source shows this call. Sizes only grow, and it costs money; ' +
    'disk_gib is the sum of all disks, of which the main one grows.',
  run: async ({ seen, ...wanted }) => {
    const { server } = seen
    for (const member of sizes) refuseLess(member, wanted[member], server[member])
    checkMemory(wanted.memory_mib)
    const disk = toMainDisk(seen, wanted.disk_gib)
    // The vendor sells the difference: without one there is nothing to order.
    if (sizes.every(member => (wanted[member] ?? server[member]) === server[member])) return { done: true }
    // All three are sent, as in the only known form; JSON leaves out a size that is neither requested nor known.
    return toBilled(await client.resize(server.id, {
      vcpu: wanted.cpus ?? server.cpus ?? undefined,
      memory: wanted.memory_mib ?? server.memory_mib ?? undefined,
      disk: disk ?? undefined
    }))
  }
})

function refuseLess (member: typeof sizes[number], wanted: number | undefined, current: number | null): void {
  if (wanted === undefined || current === null || wanted >= current) return
  throw badMember(`body.${member}`, `can only grow: the server has ${current}`)
}

/** Our record has the sum of all disks, the vendor's order names the main disk. */
function toMainDisk ({ server, raw }: Seen, total: number | undefined): number | null {
  const main = mainDiskOf(raw)
  if (total === undefined) return main
  const others = main === null || server.disk_gib === null ? 0 : server.disk_gib - main
  if (total !== server.disk_gib && (total - others) % diskStepGib !== 0) {
    const rule = `a multiple of ${diskStepGib}`
    throw badMember('body.disk_gib', others === 0 ? `must be ${rule}` : `must be ${others} (the other disks) and ${rule}`)
  }
  return total - others
}
