import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ResizeSpec } from '../../domain/spec.ts'
import type { GlesysClient } from './client.ts'
import { refuseLacking } from './mapping.ts'
import { resizeMembers } from './failures-members.ts'
import { serverWire } from './schema.ts'

/** Only the changed sizes are sent. The vendor schedules the work and locks the server until it is done. */
export const createResize = (client: GlesysClient): AllVerbs['resize'] => ({
  evidence: 'documented',
  accepts: ['cpus', 'memory_mib', 'disk_gib'],
  note: 'disk_gib is the sum of all disks, of which the main one grows. Whether a running server must be stopped first is not documented.',
  run: async ({ seen, ...spec }) => {
    const changes = [...toChanges(seen, spec)]
    for (const { feature, member } of changes) refuseLacking(seen, feature, member)
    if (changes.length === 0) return {}
    await client.edit(seen.server.id, Object.fromEntries(changes.map(({ name, value }) => [name, value])), resizeMembers)
    return {}
  }
})

interface Change {
  readonly name: string
  readonly value: number
  readonly feature: string
  readonly member: string
}

function toChanges ({ server, raw }: Seen, { cpus, memory_mib: memory, disk_gib: disk }: ResizeSpec): Change[] {
  const change = (name: string, member: string, value: number | undefined, current: number | null): Change[] =>
    value === undefined || value === current ? [] : [{ name, value, feature: `edit${name}`, member }]
  const wire = serverWire.safeParse(raw)
  const main = wire.data?.disksize ?? server.disk_gib
  const others = (server.disk_gib ?? 0) - (main ?? 0)
  return [
    ...change('cpucores', 'body.cpus', cpus, server.cpus),
    ...change('memorysize', 'body.memory_mib', memory, server.memory_mib),
    ...change('disksize', 'body.disk_gib', disk === undefined ? undefined : toMainDisk(disk - others, main), main)
  ]
}

function toMainDisk (asked: number, current: number | null): number {
  if (current !== null && asked < current) throw badMember('body.disk_gib', 'disks cannot shrink')
  if (!Number.isInteger(asked)) throw badMember('body.disk_gib', 'must grow by whole GiB')
  return asked
}
