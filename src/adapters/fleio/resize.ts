import type { AllVerbs, Step } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import type { Goal } from '../../domain/operation.ts'
import type { ServerStatus } from '../../domain/server.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import { uuidServerId } from '../kit/ids.ts'
import { diskOf } from './mapping.ts'
import type { FlavorWire } from './schema.ts'

const states: ReadonlySet<ServerStatus> = new Set<ServerStatus>(['running', 'stopped'])
const members = new Map([['flavor', 'body.plan']])

/** Two steps: the server gets its new plan, then waits in the state `resized` until the change is confirmed. */
export const createResize = (client: FleioClient): AllVerbs['resize'] => ({
  evidence: 'inferred',
  cost: { calls: 3 },
  accepts: ['plan', 'restart'],
  note: 'Only to another plan. A running server is restarted. The gateway confirms the change as soon as the server waits for it.',
  run: async ({ seen, plan, restart }) => {
    const id = uuidServerId(seen.server.id)
    if (plan === undefined) throw badMember('body.plan', 'is required: this provider sells sizes as plans')
    if (restart === false && seen.server.status !== 'stopped') {
      throw badMember('body.restart', 'a resize restarts a server that is not stopped')
    }
    const { flavors } = await client.getResizeForm(id)
    const flavor = flavors?.find(row => row?.id === plan) ?? null
    requireRoom(seen, flavor)
    await explained(client.act(id, 'resize', { body: { flavor: plan }, about: { members, uncertain: true } }), { client, id, member: 'body.plan', states })
    return { goal: goalOf(plan, flavor), next: { name: 'confirm_resize', input: {} } }
  }
})

/**
 * `resized` is mapped to resizing, because the plan alone would match before the change is confirmed. Sizes that the form
 * does not have are not part of the goal.
 */
const goalOf = (plan: string, flavor: FlavorWire | null): Goal => ({
  plan,
  statuses: ['running', 'stopped'],
  cpus: flavor?.vcpus ?? undefined,
  memory_mib: flavor?.memory_mb ?? undefined,
  disk_gib: diskOf(flavor) ?? undefined
})

/** OpenStack checks late that a disk cannot shrink. A server that boots from a volume does not have the plan's disk. */
function requireRoom ({ server: { disk_gib: disk, image } }: Seen, flavor: FlavorWire | null): void {
  const size = diskOf(flavor)
  if (disk === null || image === null || size === null || size >= disk) return
  throw badMember('body.plan', `its disk of ${size} GiB is smaller than the server's of ${disk} GiB`)
}

export const createResizeSteps = (client: FleioClient): Readonly<Record<'confirm_resize', Step>> => ({
  confirm_resize: {
    isDue: ({ provider_status: status, task }) => status?.toLowerCase() === 'resized' && task === null,
    run: async id => {
      await client.act(uuidServerId(id), 'confirm_resize', { about: { uncertain: true } })
      return {}
    }
  }
})
