import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import type { ResizeSpec } from '../../domain/spec.ts'
import type { Accepted, AllVerbs, NextStep, Step } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { naming } from './failures.ts'
import { goalOf } from './mapping-statuses.ts'
import { hardwareOf } from './mapping-hardware.ts'
import { isAtRest } from './get.ts'
import { toMib } from '../kit/spec.ts'
import { checkSizes } from './ids.ts'
import type { CatalogClient } from './catalog-client.ts'
import { workWire, type Work } from './resize-work.ts'

const resizeFailure = naming([['serversku', 'body.plan'], ['sku', 'body.plan']])

/**
 * Sizes and disk are two writes with separate work, and both need a stopped server. The disk is first, so that the change of
 * sizes can start the server again.
 */
export const createResize = (client: OnecloudClient, rows: CatalogClient): AllVerbs['resize'] => ({
  evidence: 'observed',
  cost: { calls: 2 },
  accepts: ['plan', 'cpus', 'memory_mib', 'disk_gib', 'restart'],
  note: 'Most releases resize only stopped servers; restart stops a running server and starts it again. ' +
    'The system disk grows to a larger disk_gib.',
  run: async ({ seen, restart, ...spec }) => {
    const { id, status } = seen.server
    const isRunning = status === 'running'
    const work = workOf(seen, await sizesOf(rows, spec), isRunning && restart === true)
    if (work.disk === null && !work.sizes) return { done: true }
    if (isRunning && restart === true) {
      await client.act(id, 'stop', { input: { is_force: false } })
      return { goal: goalOfWork(work), next: stepOf(work) }
    }
    if (isRunning && work.disk !== null && work.sizes) {
      throw new UpstreamError('conflict', 'sizes and disk of a running server cannot change together; set restart', { notAttempted: true })
    }
    return await proceed(client, id, { ...work, auto_start: isRunning ? null : false, status: isRunning ? 'running' : 'stopped' })
  }
})

export const createResizeSteps = (client: OnecloudClient): Readonly<Record<string, Step>> => {
  const step: Step = {
    isDue: isAtRest,
    run: async (id, input) => await proceed(client, id, workWire.parse(input))
  }
  return { 'resize.disk': step, 'resize.sizes': step, 'resize.start': step }
}

const refusedPlan = (message: string): UpstreamError => new UpstreamError('rejected', message, { notAttempted: true, member: 'body.plan' })

/**
 * Adds the sizes of the plan, which is read before anything is sent. A plan's own disk is an extra disk of a new server and is
 * ignored here.
 */
async function sizesOf (rows: CatalogClient, { plan, ...spec }: ResizeSpec): Promise<ResizeSpec> {
  if (plan === undefined) return spec
  const sku = await rows.sku(plan)
  if (sku === undefined) throw refusedPlan('the provider has no such plan')
  const { cpu_core_count: cpus, memory_size_mb: memory } = sku
  if (typeof cpus !== 'number' || typeof memory !== 'number') throw refusedPlan('the provider does not return the sizes of the plan')
  return { ...spec, plan, cpus, memory_mib: memory }
}

/** The remaining work; sizes that the server already has need none. The vendor requires cpus and memory together. */
function workOf (seen: Seen, { plan, cpus, memory_mib: memory, disk_gib: gib }: ResizeSpec, isRestart: boolean): Work {
  const { server } = seen
  const { hypervisor } = hardwareOf(seen)
  checkSizes(hypervisor, cpus, memory)
  const sizes = { cpus: cpus ?? server.cpus, memory_mib: memory ?? server.memory_mib }
  // The record's plan is stale after a resize to numbers, and the vendor ignores a plan of that name: numbers are sent instead.
  const isNamed = plan === undefined || plan === server.plan?.id
  const isOther = !isNamed || sizes.cpus !== server.cpus || sizes.memory_mib !== server.memory_mib
  if (isOther && sizes.cpus === null) throw badMember('body.cpus', 'is required: the provider does not return the current number')
  if (isOther && sizes.memory_mib === null) throw badMember('body.memory_mib', 'is required: the provider does not return the current size')
  return {
    plan: isNamed ? null : plan,
    ...(isOther ? sizes : { cpus: null, memory_mib: null }),
    sizes: isOther,
    ...diskOf(seen, gib),
    auto_start: isRestart,
    status: 'running'
  }
}

/** `disk_gib` is the sum of all disks: the system disk takes the difference. */
function diskOf (seen: Seen, gib: number | undefined): Pick<Work, 'disk' | 'disk_mib' | 'disk_gib'> {
  const present = seen.server.disk_gib
  if (gib === undefined || gib === present) return { disk: null, disk_mib: null, disk_gib: null }
  if (present !== null && gib < present) throw badMember('body.disk_gib', `must be at least ${present}: disks cannot shrink`)
  const mib = toMib(gib)
  const { systemDisk } = hardwareOf(seen)
  if (systemDisk === null || present === null) {
    throw new UpstreamError('conflict', 'the provider does not currently return the disks of this server', { notAttempted: true })
  }
  return { disk: systemDisk.id, disk_mib: systemDisk.mib + mib - present * 1024, disk_gib: gib }
}

/** Sends one write and returns the remaining work. */
async function proceed (client: OnecloudClient, id: string, work: Work): Promise<Accepted> {
  const goal = goalOfWork(work)
  if (work.disk !== null) {
    await client.act(id, 'resize-disk', { input: { disk_id: work.disk, size: work.disk_mib } })
    const left = { ...work, disk: null }
    return left.sizes || left.auto_start === true ? { goal, next: stepOf(left) } : { goal }
  }
  if (work.sizes) await client.act(id, 'change-config', { input: configOf(work), toFailure: resizeFailure })
  else await client.act(id, 'start')
  return { goal }
}

/** Memory as a text with its unit, which every release accepts here; create needs a number. */
const configOf = ({ plan, cpus, memory_mib: memory, auto_start: autoStart }: Work): object => ({
  ...(plan === null ? { vcpu_count: cpus, vmem_size: `${memory ?? 0}M` } : { sku: plan }),
  ...(autoStart === null ? {} : { auto_start: autoStart })
})

function stepOf (work: Work): NextStep {
  const name = work.disk !== null ? 'resize.disk' : work.sizes ? 'resize.sizes' : 'resize.start'
  return { name, input: { ...work } }
}

/** The sizes that the server will show, and its former state. */
const goalOfWork = ({ plan, cpus, memory_mib: memory, disk_gib: disk, status }: Work): Goal => goalOf('resize', {
  statuses: [status],
  ...(plan === null ? {} : { plan }),
  ...(cpus === null ? {} : { cpus }),
  ...(memory === null ? {} : { memory_mib: memory }),
  ...(disk === null ? {} : { disk_gib: disk })
})
