import type { Accepted, Act, Job, Step } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { ResizeSpec } from '../../domain/spec.ts'
import type { VmmanagerClient } from './client.ts'
import { memberFailure } from './failures.ts'
import { idOf } from './ids.ts'
import { jobsOf } from './mapping.ts'
import { hostWire, type HostWire } from './schema.ts'
import { toMib } from '../kit/spec.ts'
import { inTurn } from './send-sequence.ts'

type ResizeInput = ResizeSpec & { readonly seen: Seen }

const resourceFailure = memberFailure(new Map([['cpu_number', 'body.cpus'], ['ram_mib', 'body.memory_mib']]))
/** The disk has its own path: a missing disk is not a missing server. */
const diskFailure = memberFailure(new Map([['size_mib', 'body.disk_gib'], ['disk', 'body.disk_gib']]))

/** Defers the change of a running server until it stops. */
const deferral = { defer: { action: 'host_stop' } }

const waitingNote = 'The server is running: the change takes effect when it is stopped or restarted, and the old sizes are shown until then. ' +
  'With restart: true it is restarted at once.'

export const createResize = (client: VmmanagerClient): Act<ResizeInput> => ({
  evidence: 'observed',
  cost: { calls: 3 },
  accepts: ['cpus', 'memory_mib', 'disk_gib', 'restart'],
  note: 'On a running server the change takes effect when it stops; restart: true restarts it. ' +
    'disk_gib is the main disk, which only grows.',
  run: async input => {
    const row = hostWire.parse(input.seen.raw)
    const change = changeOf(input, row)
    if (Object.keys(change.resources).length === 0 && change.disk === null) return { done: true }
    const isRunning = input.seen.server.power === 'on'
    const restart = isRunning && input.restart === true
    const accepted = await carryOut(client, idOf(String(row.id)), { ...change, isDeferred: isRunning, restart })
    return { ...accepted, ...(isRunning && !restart ? { note: waitingNote } : {}) }
  }
})

interface Change {
  readonly resources: { readonly cpu_number?: number, readonly ram_mib?: number }
  readonly disk: { readonly id: string, readonly size_mib: number } | null
}

/** The sizes that differ from the server's current or pending ones. */
function changeOf ({ cpus, memory_mib: memoryMib, disk_gib: diskGib }: ResizeSpec, row: HostWire): Change {
  const differs = (asked: number | undefined, now: number | null | undefined, later: number | null | undefined): asked is number =>
    asked !== undefined && (asked !== now || asked !== (later ?? now))
  const resources = {
    ...(differs(cpus, row.cpu_number, row.cpu_number_new) ? { cpu_number: cpus } : {}),
    ...(differs(memoryMib, row.ram_mib, row.ram_mib_new) ? { ram_mib: memoryMib } : {})
  }
  if (diskGib === undefined) return { resources, disk: null }
  const sizeMib = toMib(diskGib)
  const { id, disk_mib: nowMib, disk_mib_new: laterMib } = row.disk ?? {}
  if (id === null || id === undefined) throw badMember('body.disk_gib', 'the provider does not return the server\'s disk')
  // The platform would ignore a smaller size.
  if (typeof nowMib === 'number' && sizeMib < nowMib) {
    throw badMember('body.disk_gib', `must be at least the current size: ${nowMib / 1024}`)
  }
  return { resources, disk: differs(sizeMib, nowMib, laterMib) ? { id: String(id), size_mib: sizeMib } : null }
}

interface Plan extends Change {
  readonly isDeferred: boolean
  readonly restart: boolean
}

type Write = readonly [kind: 'resources' | 'disk' | 'restart', send: () => Promise<readonly Job[]>]

/** Up to three writes in this order: deferred changes are accepted at once, and the restart applies them. */
function writesOf (client: VmmanagerClient, id: string, { resources, disk, isDeferred, restart }: Plan): Write[] {
  const when = isDeferred ? deferral : {}
  const writes: Write[] = []
  if (Object.keys(resources).length > 0) {
    writes.push(['resources', async () => jobsOf(await client.act({ id, action: 'resource', body: { ...resources, ...when }, toFailure: resourceFailure }), 'host_change_params')])
  }
  if (disk !== null) {
    writes.push(['disk', async () => jobsOf(await client.resizeDisk(disk.id, { size_mib: disk.size_mib, ...when }, diskFailure), 'disk_resize')])
  }
  if (restart) writes.push(['restart', async () => jobsOf(await client.act({ id, action: 'restart', body: {} }), 'host_restart')])
  return writes
}

async function carryOut (client: VmmanagerClient, id: string, plan: Plan): Promise<Accepted> {
  const writes = writesOf(client, id, plan)
  return await inTurn(writes.map(([, send]) => send), from => {
    const left = new Set(writes.slice(from).map(([kind]) => kind))
    const disk = left.has('disk') ? plan.disk : null
    return {
      name: stepName,
      input: { disk: disk?.id ?? null, size_mib: disk?.size_mib ?? null, deferred: plan.isDeferred, restart: left.has('restart') }
    }
  })
}

const stepName = 'resize'

/** The writes that a busy platform has refused; sent again at each poll until it accepts them. */
export const createResizeSteps = (client: VmmanagerClient): Readonly<Record<string, Step>> => ({
  [stepName]: {
    isDue: () => true,
    run: async (id, { disk, size_mib: sizeMib, deferred, restart }) => await carryOut(client, idOf(id), {
      resources: {},
      disk: typeof disk === 'string' && typeof sizeMib === 'number' ? { id: disk, size_mib: sizeMib } : null,
      isDeferred: deferred === true,
      restart: restart === true
    })
  }
})
