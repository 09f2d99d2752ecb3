import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { GlesysClient } from './client.ts'
import { resizeMembers } from './failures.ts'
import { requireFeature } from './mapping.ts'
import { serverWire } from './schema.ts'

/** Only the changed sizes are sent. The vendor schedules the work and locks the server until it is done. */
export const createResize = (client: GlesysClient): AllVerbs['resize'] => ({
  evidence: 'documented',
  accepts: ['cpus', 'memory_mib', 'disk_gib'],
  note: 'disk_gib is the sum of all disks, of which the main one grows. Whether a running server must be stopped first is not documented.',
  run: async ({ seen, cpus, memory_mib: memory, disk_gib: disk }) => {
    const sizes = [
      { name: 'cpucores', member: 'body.cpus', value: cpus, current: seen.server.cpus },
      { name: 'memorysize', member: 'body.memory_mib', value: memory, current: seen.server.memory_mib },
      { name: 'disksize', member: 'body.disk_gib', ...toMainDisk(seen, disk) }
    ].filter(({ value, current }) => value !== undefined && value !== current)
    for (const { name, member } of sizes) requireFeature(seen, `edit${name}`, member)
    const changes = Object.fromEntries(sizes.map(({ name, value }) => [name, value]))
    if (sizes.length > 0) await client.edit(seen.server.id, changes, resizeMembers)
    return {}
  }
})

/** The size of the main disk, which gets what the others do not have of the total. */
function toMainDisk ({ server: { disk_gib: total }, raw }: Seen, disk: number | undefined) {
  const current = serverWire.safeParse(raw).data?.disksize ?? total
  if (disk === undefined) return { value: undefined, current }
  const value = disk - ((total ?? 0) - (current ?? 0))
  if (current !== null && value < current) throw badMember('body.disk_gib', 'disks cannot shrink')
  if (!Number.isInteger(value)) throw badMember('body.disk_gib', 'must grow by whole GiB')
  return { value, current }
}
