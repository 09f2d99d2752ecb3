import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import type { Accepted, AdapterVerbs, NextStep, Step } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { DigitaloceanClient } from './client.ts'
import { noPlan, numericServerId, refusal } from '../kit/ids.ts'
import { toJob } from './jobs.ts'
import type { SizeWire } from './schema.ts'

/** A resize takes about a minute for each gibibyte in use. */
export const longWorkMs = 60 * 60_000

const about = { members: ['body.plan'] }

/** The vendor resizes only what is off, and leaves it off. */
export const createResize = (client: DigitaloceanClient, catalog: CatalogClient): NonNullable<AdapterVerbs['resize']> => ({
  evidence: 'documented',
  accepts: ['plan', 'disk_gib', 'restart'],
  cost: { calls: 1, perPage: 1 },
  deadlineMs: longWorkMs,
  note: 'Only a stopped server: restart shuts a running one down and starts it again. The disk stays as it is, unless disk_gib is that of the plan: it then grows for good.',
  run: async ({ seen, plan, disk_gib: gib, restart }) => {
    const { id, status } = seen.server
    if (plan === undefined) throw badMember('body.disk_gib', 'a disk grows only to the size of a plan: plan is required')
    if (status !== 'stopped' && restart !== true) {
      throw refusal('conflict', 'the server must be stopped before a resize; set restart to stop and start it')
    }
    const size = sizeOf(await catalog.listSizes(), plan)
    const input = { plan, disk_gib: grownDisk(seen, size, gib), start: status !== 'stopped' }
    if (status === 'stopped') return await resize(client, id, input)
    const job = toJob(await client.act(numericServerId(id), 'shutdown'), 'shutdown')
    return { jobs: [job], goal: goalOf(input), next: { name: 'resize', input } }
  }
})

/** Known before anything is sent, because the server would be stopped for nothing. */
function sizeOf (sizes: readonly SizeWire[], plan: string): SizeWire {
  const size = sizes.find(({ slug }) => slug === plan)
  if (size === undefined) throw noPlan()
  return size
}

/** The size that the disk grows to; null: it stays as it is. */
function grownDisk ({ server: { disk_gib: present } }: Seen, { disk }: SizeWire, gib: number | undefined): number | null {
  if (present !== null && typeof disk === 'number' && disk < present) {
    throw badMember('body.plan', `its disk of ${disk} GiB is smaller than the server's of ${present} GiB`)
  }
  if (gib === undefined || gib === present) return null
  if (gib !== disk) throw badMember('body.disk_gib', `must be ${disk ?? 'that of the plan'}, the disk of the plan, or be absent to keep the disk as it is`)
  return gib
}

type Input = NextStep['input']

const goalOf = ({ plan, disk_gib: disk, start }: Input): Goal =>
  ({ plan: String(plan), statuses: [start === true ? 'running' : 'stopped'], ...(typeof disk === 'number' ? { disk_gib: disk } : {}) })

async function resize (client: DigitaloceanClient, id: string, input: Input): Promise<Accepted> {
  const action = await client.act(numericServerId(id), 'resize', { size: input['plan'], disk: typeof input['disk_gib'] === 'number' }, about)
  return { jobs: [toJob(action, 'resize')], goal: goalOf(input), ...(input['start'] === true ? { next: { name: 'start', input } } : {}) }
}

export const createResizeSteps = (client: DigitaloceanClient): Readonly<Record<'resize' | 'start', Step>> => ({
  resize: {
    isDue: ({ status }) => status === 'stopped',
    run: async (id, input) => await resize(client, id, input)
  },
  start: {
    isDue: ({ status }) => status === 'stopped',
    run: async (id, input) => ({ jobs: [toJob(await client.act(numericServerId(id), 'power_on'), 'power_on')], goal: goalOf(input) })
  }
})
