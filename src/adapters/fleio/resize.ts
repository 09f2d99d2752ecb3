import type { AllVerbs, Step } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { FleioClient } from './client.ts'
import { diskOf } from './mapping.ts'

/** Two steps: the server gets its new plan, then waits in the state `resized` until the change is confirmed. */
export const createResize = (client: FleioClient): AllVerbs['resize'] => ({
  evidence: 'inferred',
  cost: { calls: 3 },
  accepts: ['plan', 'restart'],
  note: 'Only to another plan. A running server is restarted. The gateway confirms the change as soon as the server waits for it.',
  run: async ({ seen: { server }, plan, restart }) => {
    if (plan === undefined) throw badMember('body.plan', 'is required: this provider sells sizes as plans')
    if (restart === false && server.status !== 'stopped') {
      throw badMember('body.restart', 'a resize restarts a server that is not stopped')
    }
    const { flavors } = await client.getResizeForm(server.id)
    const flavor = flavors?.find(row => row?.id === plan)
    const disk = diskOf(flavor) ?? undefined
    requireRoom(server, disk)
    await client.act(server.id, 'resize', { flavor: plan })
    return {
      // `resized` is mapped to resizing, because the plan alone would match before the change is confirmed. Sizes that the form does not
      // have are not part of the goal.
      goal: {
        plan,
        statuses: ['running', 'stopped'],
        cpus: flavor?.vcpus ?? undefined,
        memory_mib: flavor?.memory_mb ?? undefined,
        disk_gib: disk
      },
      next: { name: 'confirm_resize', input: {} }
    }
  }
})

/** OpenStack checks late that a disk cannot shrink. A server that boots from a volume does not have the plan's disk. */
function requireRoom ({ disk_gib: current, image }: ServerFacts, disk: number | undefined): void {
  if (current === null || image === null || disk === undefined || disk >= current) return
  throw badMember('body.plan', `its disk of ${disk} GiB is smaller than the server's of ${current} GiB`)
}

export const createResizeSteps = (client: FleioClient): Readonly<Record<'confirm_resize', Step>> => ({
  confirm_resize: {
    isDue: ({ provider_status: status, task }) => status?.toLowerCase() === 'resized' && task === null,
    run: async id => await client.act(id, 'confirm_resize')
  }
})
