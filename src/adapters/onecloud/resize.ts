import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import type { ResizeSpec } from '../../domain/spec.ts'
import { noPlan, refusal } from '../kit/ids.ts'
import { toMib } from '../kit/spec.ts'
import type { Accepted, AllVerbs, NextStep, Step } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { naming } from './failures.ts'
import { checkSizes } from './ids.ts'
import { goalOf, hardwareOf, isAtRest } from './mapping.ts'

/**
 * The remaining work of a resize. It is stored between steps, so it is flat. `auto_start` is null if the server stays running.
 * `disk` is removed when it has grown; `disk_gib` stays, as the sum that the server will show.
 */
const workWire = z.strictObject({
  plan: z.string().nullable(),
  cpus: z.number().nullable(),
  memory_mib: z.number().nullable(),
  sizes: z.boolean(),
  disk: z.string().nullable(),
  disk_mib: z.number().nullable(),
  disk_gib: z.number().nullable(),
  auto_start: z.boolean().nullable(),
  status: z.enum(['running', 'stopped'])
})
type Work = z.infer<typeof workWire>

const resizeFailure = naming({ serversku: 'body.plan', sku: 'body.plan' })

/**
 * Sizes and disk are two writes with separate work, and both need a stopped server. The disk is first, so that the change of
 * sizes can start the server again.
 */
export const createResize = (client: OnecloudClient): AllVerbs['resize'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  accepts: ['plan', 'cpus', 'memory_mib', 'disk_gib', 'restart'],
  note: 'Most releases resize only stopped servers; restart stops a running server and starts it again. ' +
    'The system disk grows to a larger disk_gib.',
  run: async ({ seen, restart, ...spec }) => {
    const { id, status } = seen.server
    const isRunning = status === 'running'
    const isRestart = isRunning && restart === true
    const work: Work = {
      ...sizesOf(seen, await withPlanSizes(client, spec)),
      ...diskOf(seen, spec.disk_gib),
      auto_start: isRunning && !isRestart ? null : isRestart,
      status: isRunning ? 'running' : 'stopped'
    }
    if (work.disk === null && !work.sizes) return { done: true }
    if (isRestart) {
      await client.act(id, 'stop', { is_force: false })
      return { goal: goalOfWork(work), next: nextStep(work) }
    }
    if (isRunning && work.disk !== null && work.sizes) {
      throw refusal('conflict', 'sizes and disk of a running server cannot change together; set restart')
    }
    return await proceed(client, id, work)
  }
})

export const createResizeSteps = (client: OnecloudClient): Readonly<Record<string, Step>> => {
  const step: Step = { isDue: isAtRest, run: async (id, input) => await proceed(client, id, workWire.parse(input)) }
  return { 'resize.disk': step, 'resize.sizes': step, 'resize.start': step }
}

/**
 * Adds the sizes of the plan, which is read before anything is sent. A plan's own disk is an extra disk of a new server and is
 * ignored here.
 */
async function withPlanSizes (client: OnecloudClient, { plan, ...spec }: ResizeSpec): Promise<ResizeSpec> {
  if (plan === undefined) return spec
  const sku = await client.sku(plan)
  if (sku === undefined) throw noPlan()
  const { cpu_core_count: cpus, memory_size_mb: memory } = sku
  if (typeof cpus !== 'number' || typeof memory !== 'number') {
    throw refusal('rejected', 'the provider does not return the sizes of the plan', 'body.plan')
  }
  return { plan, cpus, memory_mib: memory }
}

/** Sizes that the server already has need no work. The vendor requires cpus and memory together. */
function sizesOf (seen: Seen, { plan, cpus, memory_mib: memory }: ResizeSpec): Pick<Work, 'plan' | 'cpus' | 'memory_mib' | 'sizes'> {
  const { server } = seen
  checkSizes(hardwareOf(seen).hypervisor, cpus, memory)
  const sizes = { cpus: cpus ?? server.cpus, memory_mib: memory ?? server.memory_mib }
  // The record's plan is stale after a resize to numbers, and the vendor ignores a plan of that name: numbers are sent instead.
  const isNamed = plan === undefined || plan === server.plan?.id
  const isSame = isNamed && sizes.cpus === server.cpus && sizes.memory_mib === server.memory_mib
  if (isSame) return { plan: null, cpus: null, memory_mib: null, sizes: false }
  if (sizes.cpus === null) throw badMember('body.cpus', 'is required: the provider does not return the current number')
  if (sizes.memory_mib === null) throw badMember('body.memory_mib', 'is required: the provider does not return the current size')
  return { plan: isNamed ? null : plan, ...sizes, sizes: true }
}

/** `disk_gib` is the sum of all disks: the system disk takes the difference. */
function diskOf (seen: Seen, gib: number | undefined): Pick<Work, 'disk' | 'disk_mib' | 'disk_gib'> {
  const { disk_gib: current } = seen.server
  if (gib === undefined || gib === current) return { disk: null, disk_mib: null, disk_gib: null }
  if (current !== null && gib < current) throw badMember('body.disk_gib', `must be at least ${current}: disks cannot shrink`)
  const mib = toMib(gib)
  const { systemDisk } = hardwareOf(seen)
  if (systemDisk === null || current === null) throw refusal('conflict', 'the provider does not currently return the disks of this server')
  return { disk: systemDisk.id, disk_mib: systemDisk.mib + mib - current * 1024, disk_gib: gib }
}

/** Sends one write and returns the remaining work. */
async function proceed (client: OnecloudClient, id: string, work: Work): Promise<Accepted> {
  const goal = goalOfWork(work)
  if (work.disk !== null) {
    await client.act(id, 'resize-disk', { disk_id: work.disk, size: work.disk_mib })
    return work.sizes || work.auto_start === true ? { goal, next: nextStep({ ...work, disk: null }) } : { goal }
  }
  if (work.sizes) await client.act(id, 'change-config', configOf(work), resizeFailure)
  else await client.act(id, 'start')
  return { goal }
}

/** Memory as a text with its unit, which every release accepts here; create needs a number. */
const configOf = ({ plan, cpus, memory_mib: memory, auto_start: autoStart }: Work): object => ({
  ...(plan === null ? { vcpu_count: cpus, vmem_size: `${memory ?? 0}M` } : { sku: plan }),
  ...(autoStart === null ? {} : { auto_start: autoStart })
})

const nextStep = (work: Work): NextStep =>
  ({ name: work.disk !== null ? 'resize.disk' : work.sizes ? 'resize.sizes' : 'resize.start', input: { ...work } })

/** The sizes that the server will show, and its former state. */
const goalOfWork = ({ plan, cpus, memory_mib: memory, disk_gib: disk, status }: Work): Goal => goalOf('resize', {
  statuses: [status],
  ...(plan === null ? {} : { plan }),
  ...(cpus === null ? {} : { cpus }),
  ...(memory === null ? {} : { memory_mib: memory }),
  ...(disk === null ? {} : { disk_gib: disk })
})
