import { badMember } from '../../domain/failure.ts'
import type { Goal } from '../../domain/operation.ts'
import { noPlan, refusal } from '../kit/ids.ts'
import type { Accepted, AdapterVerbs, AllVerbs, NextStep, Step } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import type { SizeWire } from './schema.ts'

/** A resize takes about a minute for each gibibyte in use. */
export const longWorkMs = 60 * 60_000

/** The vendor resizes only a stopped server, and leaves it stopped. */
export const createResize = (client: DigitaloceanClient): AllVerbs['resize'] => ({
  evidence: 'documented',
  accepts: ['plan', 'disk_gib', 'restart'],
  cost: { calls: 1, perPage: 1 },
  deadlineMs: longWorkMs,
  note: 'Only a stopped server: restart shuts a running one down and starts it again. ' +
    'The disk stays as it is, unless disk_gib is that of the plan: it then grows for good.',
  run: async ({ seen: { server: { id, status, disk_gib: disk } }, plan, disk_gib: requested, restart }) => {
    if (plan === undefined) throw badMember('body.disk_gib', 'a disk grows only to the size of a plan: plan is required')
    if (status !== 'stopped' && restart !== true) {
      throw refusal('conflict', 'the server must be stopped before a resize; set restart to stop and start it')
    }
    // Checked before anything is sent, or the server would be stopped for nothing.
    const size = (await client.listSizes()).find(({ slug }) => slug === plan)
    if (size === undefined) throw noPlan()
    const input = { plan, disk_gib: grownDisk(disk, size, requested), start: status !== 'stopped' }
    if (status === 'stopped') return await resize(client, id, input)
    return { jobs: [await client.act(id, 'shutdown')], goal: goalOf(input), next: { name: 'resize', input } }
  }
})

/** The size that the disk grows to; null: it stays as it is. */
function grownDisk (present: number | null, { disk }: SizeWire, requested: number | undefined): number | null {
  if (present !== null && typeof disk === 'number' && disk < present) {
    throw badMember('body.plan', `its disk of ${disk} GiB is smaller than the server's of ${present} GiB`)
  }
  if (requested === undefined || requested === present) return null
  if (requested === disk) return disk
  throw badMember('body.disk_gib', `must be ${disk ?? 'that of the plan'}, the disk of the plan, or be absent to keep the disk as it is`)
}

type Input = NextStep['input']

const goalOf = ({ plan, disk_gib: disk, start }: Input): Goal =>
  ({ plan: String(plan), statuses: [start === true ? 'running' : 'stopped'], ...(typeof disk === 'number' ? { disk_gib: disk } : {}) })

async function resize (client: DigitaloceanClient, id: string, input: Input): Promise<Accepted> {
  const { plan, disk_gib: disk, start } = input
  const job = await client.act(id, 'resize', { size: plan, disk: typeof disk === 'number' }, { members: ['body.plan'] })
  return { jobs: [job], goal: goalOf(input), ...(start === true ? { next: { name: 'start', input } } : {}) }
}

const isDue: Step['isDue'] = ({ status }) => status === 'stopped'

export const createResizeSteps = (client: DigitaloceanClient) => ({
  resize: { isDue, run: async (id, input) => await resize(client, id, input) },
  start: { isDue, run: async (id, input) => ({ jobs: [await client.act(id, 'power_on')], goal: goalOf(input) }) }
} satisfies AdapterVerbs['steps'])
