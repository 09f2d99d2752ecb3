import { z } from 'zod'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { Goal } from '../../domain/operation.ts'
import { noPlan, refusal } from '../kit/ids.ts'
import type { Accepted, AllVerbs, Step } from '../verbs.ts'
import type { HetznerClient } from './client.ts'
import { toFollowed, toSignalled } from './mapping.ts'

/** The rest of a resize, as it is stored between its steps. */
const workWire = z.strictObject({ plan: z.string(), disk_gib: z.number().nullable(), restart: z.boolean() })
type Work = z.infer<typeof workWire>

/** Only a stopped server changes its plan. The disk grows only on request: with a larger one a server never gets a smaller plan again. */
export const createResize = (client: HetznerClient): AllVerbs['resize'] => ({
  evidence: 'documented',
  cost: { calls: 1, perPage: 1 },
  accepts: ['plan', 'disk_gib', 'restart'],
  note: 'Only stopped servers; restart shuts a running server down and starts it again. The disk keeps its size unless disk_gib ' +
    'names that of the new plan, which can never be undone.',
  run: async ({ seen: { server }, plan, disk_gib: disk, restart }) => {
    if (plan === undefined) throw badMember('body.disk_gib', 'requires plan: the disk grows only with the plan')
    const work: Work = { plan, disk_gib: disk ?? null, restart: server.status === 'running' }
    if (work.restart && restart !== true) {
      throw refusal('conflict', 'the provider resizes only stopped servers; set restart, or stop the server first')
    }
    // No server is shut down for a plan that the provider then refuses.
    if (work.restart || disk !== undefined) await checkPlan(client, work, server.disk_gib)
    if (!work.restart) return await changeType(client, server.id, work)
    const answer = await client.act(server.id, 'shutdown')
    return { ...toSignalled(answer), goal: goalOf(work), next: { name: 'resize.type', input: work } }
  }
})

async function checkPlan (client: HetznerClient, { plan, disk_gib: disk }: Work, present: number | null): Promise<void> {
  if (disk !== null && disk < (present ?? 0)) throw badMember('body.disk_gib', `must be at least ${present}: disks cannot shrink`)
  const type = (await client.serverTypes([['name', plan]])).find(({ name }) => name === plan)
  if (type === undefined) throw noPlan()
  if (disk !== null && type.disk !== disk) throw badMember('body.disk_gib', `must be ${type.disk ?? 'unknown'}, the disk of the plan`)
}

const members = new Map([['server_type', 'body.plan'], ['upgrade_disk', 'body.disk_gib']])

async function changeType (client: HetznerClient, id: string, work: Work): Promise<Accepted> {
  const answer = await client.act(id, 'change_type', { server_type: work.plan, upgrade_disk: work.disk_gib !== null }, members)
  return { ...toFollowed(answer), goal: goalOf(work), ...(work.restart ? { next: { name: 'resize.start', input: work } } : {}) }
}

/** Whether a resized server starts by itself is not documented. */
async function start (client: HetznerClient, id: string, work: Work): Promise<Accepted> {
  try {
    return { ...toFollowed(await client.act(id, 'poweron')), goal: goalOf(work) }
  } catch (error) {
    const isRefused = error instanceof UpstreamError && error.failure === 'conflict'
    if (!isRefused || (await client.getServer(id)).server.status !== 'running') throw error
    return { goal: goalOf(work) }
  }
}

export const createResizeSteps = (client: HetznerClient): Readonly<Record<string, Step>> => ({
  'resize.type': {
    isDue: ({ status, locked }) => status === 'stopped' && locked !== true,
    run: async (id, input) => await changeType(client, id, workWire.parse(input))
  },
  'resize.start': {
    isDue: ({ status, locked }) => (status === 'stopped' || status === 'running') && locked !== true,
    run: async (id, input) => await start(client, id, workWire.parse(input))
  }
})

const goalOf = ({ plan, disk_gib: disk, restart }: Work): Goal =>
  ({ statuses: restart ? ['running'] : ['running', 'stopped'], plan, ...(disk === null ? {} : { disk_gib: disk }) })
