import type { Accepted, ServerOperations, Step } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { FleioClient } from './client.ts'
import { explained } from './explain.ts'
import { serverIdOf } from './inputs.ts'
import { diskOf } from './mapping.ts'

const states: ReadonlySet<ServerStatus> = new Set<ServerStatus>(['running', 'stopped'])
const members = new Map([['flavor', 'body.plan']])

/** Two steps: the server gets its new plan, then waits in the state `resized` until somebody confirms. */
export const createResize = (client: FleioClient): NonNullable<ServerOperations['resize']> => ({
  evidence: 'inferred',
  accepts: ['plan', 'restart'],
  note: 'Only to another plan. A running server is restarted. The change is confirmed as soon as the server waits for it.',
  run: async ({ seen, plan, restart }) => {
    const id = serverIdOf(seen.server.id)
    if (plan === undefined) throw badMember('body.plan', 'must be there: sizes come with plans here')
    if (restart === false && seen.server.status !== 'stopped') throw badMember('body.restart', 'a resize restarts a server that is not stopped')
    await requireRoom(client, seen, plan)
    await explained(client.act(id, 'resize', { body: { flavor: plan }, about: { members, uncertain: true } }), {
      look: async () => await client.getInstance(id), member: 'body.plan', states
    })
    return { goal: goalOf(plan), next: { name: 'confirm_resize', input: { plan } } }
  }
})

/** `resized` is shown as resizing; the plan alone would look right too early, before it is confirmed. */
const goalOf = (plan: string): Goal => ({ plan, statuses: ['running', 'stopped'] })

/** OpenStack finds out late that a disk can not shrink. The disk of a server that boots from a volume is not the plan's. */
async function requireRoom (client: FleioClient, { server }: Seen, plan: string): Promise<void> {
  const { disk_gib: disk, image } = server
  if (disk === null || image === null) return
  const { flavors } = await client.getResizeForm(server.id)
  const wanted = flavors?.find(flavor => flavor?.id === plan)
  const size = wanted === null || wanted === undefined ? null : diskOf(wanted)
  if (size !== null && size < disk) throw badMember('body.plan', `its disk of ${size} GiB is smaller than the server's of ${disk} GiB`)
}

export const createConfirmation = (client: FleioClient): Step => ({
  isDue: ({ provider_status: status, task }) => status?.toLowerCase() === 'resized' && task === null,
  run: async (id, { plan }): Promise<Accepted> => {
    await client.act(serverIdOf(id), 'confirm_resize', { about: { uncertain: true } })
    return typeof plan === 'string' ? { goal: goalOf(plan) } : {}
  }
})
