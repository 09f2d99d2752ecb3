import type { Accepted, AllVerbs, Job, Step } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { ResizeSpec } from '../../domain/spec.ts'
import { toMib } from '../kit/spec.ts'
import type { VmmanagerClient } from './client.ts'
import { memberFailure } from './failures.ts'
import { jobsOf, sendInSequence } from './jobs.ts'
import { hostWire, type HostWire } from './schema.ts'

const resourceFailure = memberFailure(new Map([['cpu_number', 'body.cpus'], ['ram_mib', 'body.memory_mib']]))
/** The disk has its own path: a missing disk is not a missing server. */
const diskFailure = memberFailure(new Map([['size_mib', 'body.disk_gib'], ['disk', 'body.disk_gib']]))

/** Defers the change of a running server until it stops. */
const deferral = { defer: { action: 'host_stop' } }

const waitingNote = 'The server is running: the change takes effect when it is stopped or restarted, ' +
  'and the old sizes are shown until then. With restart: true it is restarted at once.'

export const createResize = (client: VmmanagerClient): AllVerbs['resize'] => ({
  evidence: 'observed',
  cost: { calls: 3 },
  accepts: ['cpus', 'memory_mib', 'disk_gib', 'restart'],
  note: 'On a running server the change takes effect when it stops; restart: true restarts it. ' +
    'disk_gib is the main disk, which only grows.',
  run: async ({ seen: { server, raw }, ...spec }) => {
    const row = hostWire.parse(raw)
    const resources = toResources(spec, row)
    const disk = toDisk(spec, row)
    if (resources === null && disk === null) return { done: true }
    const isDeferred = server.power === 'on'
    const restart = isDeferred && spec.restart === true
    const accepted = await carryOut(client, server.id, { resources, disk, isDeferred, restart })
    return isDeferred && !restart ? { ...accepted, note: waitingNote } : accepted
  }
})

/** What differs from the server's sizes now and after a deferred change. */
interface Change {
  readonly resources: { readonly cpu_number: number | undefined, readonly ram_mib: number | undefined } | null
  readonly disk: { readonly id: string, readonly size_mib: number } | null
  readonly isDeferred: boolean
  readonly restart: boolean
}

type Size = number | null | undefined

const changed = (wanted: number | undefined, now: Size, later: Size): number | undefined =>
  wanted !== now || wanted !== (later ?? now) ? wanted : undefined

function toResources ({ cpus, memory_mib: memoryMib }: ResizeSpec, row: HostWire): Change['resources'] {
  const resources = {
    cpu_number: changed(cpus, row.cpu_number, row.cpu_number_new),
    ram_mib: changed(memoryMib, row.ram_mib, row.ram_mib_new)
  }
  return resources.cpu_number === undefined && resources.ram_mib === undefined ? null : resources
}

function toDisk ({ disk_gib: diskGib }: ResizeSpec, { disk }: HostWire): Change['disk'] {
  if (diskGib === undefined) return null
  const { id, disk_mib: nowMib, disk_mib_new: laterMib } = disk ?? {}
  const sizeMib = toMib(diskGib)
  if (id === null || id === undefined) throw badMember('body.disk_gib', 'the provider does not return the server\'s disk')
  // The platform would ignore a smaller size.
  if (typeof nowMib === 'number' && sizeMib < nowMib) {
    throw badMember('body.disk_gib', `must be at least the current size: ${nowMib / 1024}`)
  }
  return changed(sizeMib, nowMib, laterMib) === undefined ? null : { id: String(id), size_mib: sizeMib }
}

/** Up to three writes in this order: deferred changes are accepted at once, and the restart applies them. */
async function carryOut (client: VmmanagerClient, id: string, { resources, disk, isDeferred, restart }: Change): Promise<Accepted> {
  const when = isDeferred ? deferral : {}
  const writes: Array<() => Promise<readonly Job[]>> = []
  if (resources !== null) {
    writes.push(async () => jobsOf(await client.act(id, 'resource', { ...resources, ...when }, resourceFailure), 'host_change_params'))
  }
  const beforeDisk = writes.length
  if (disk !== null) {
    writes.push(async () => jobsOf(await client.resizeDisk(disk.id, { size_mib: disk.size_mib, ...when }, diskFailure), 'disk_resize'))
  }
  if (restart) writes.push(async () => jobsOf(await client.act(id, 'restart', {}), 'host_restart'))
  // The first write is never left over, so a step has no resources.
  return await sendInSequence(writes, from => {
    const unsent = from <= beforeDisk ? disk : null
    return { name: stepName, input: { disk: unsent?.id ?? null, size_mib: unsent?.size_mib ?? null, deferred: isDeferred, restart } }
  })
}

const stepName = 'resize'

/** The writes that a busy platform has refused; sent again at each poll until it accepts them. */
export const createResizeSteps = (client: VmmanagerClient): Readonly<Record<string, Step>> => ({
  [stepName]: {
    isDue: () => true,
    run: async (id, { disk, size_mib: sizeMib, deferred, restart }) => await carryOut(client, id, {
      resources: null,
      disk: typeof disk === 'string' && typeof sizeMib === 'number' ? { id: disk, size_mib: sizeMib } : null,
      isDeferred: deferred === true,
      restart: restart === true
    })
  }
})
