import { badMember, UpstreamError } from '../../domain/failure.ts'
import { noPlan } from '../kit/ids.ts'
import type { AllVerbs, Step } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { naming } from './failures.ts'
import { getServer } from './list.ts'
import { toPlanDisk } from './mapping.ts'
import { toAccepted } from './power.ts'

export const createResize = (client: OpenstackClient): AllVerbs['resize'] => ({
  evidence: 'observed',
  accepts: ['plan', 'restart'],
  cost: { calls: 1, perPage: 1 },
  note: 'A running server is shut down and started again. The gateway confirms the change as soon as the server waits for that. A volume ' +
    'that the server boots from does not grow.',
  run: async ({ seen: { server }, plan, restart }) => {
    if (plan === undefined) throw badMember('body.plan', 'is required: this provider sells sizes as plans')
    if (restart === false && server.status !== 'stopped') throw badMember('body.restart', 'a resize restarts a server that is not stopped')
    const flavor = (await client.flavors()).find(({ id }) => id === plan)
    if (flavor === undefined) throw noPlan()
    const { disk_gib: disk } = server
    const size = toPlanDisk(flavor) ?? 0
    // Nova checks this only for some disks; others fail on the host.
    if (disk !== null && size < disk) throw badMember('body.plan', `its disk of ${size} GiB is smaller than the server's of ${disk} GiB`)
    return {
      ...toAccepted(server.id, 'resize', await client.act(server.id, { resize: { flavorRef: plan } }, naming)),
      // Before the change is confirmed, the server shows the new sizes, but neither of these states.
      goal: { statuses: ['running', 'stopped'], plan },
      next: { name: 'confirm_resize', input: { plan } }
    }
  }
})

const isAtRest = (vendorStatus: string | null): boolean => vendorStatus === 'ACTIVE' || vendorStatus === 'SHUTOFF'

/** Until it is confirmed, the server accepts nothing else, and both sizes are charged. */
export const createResizeSteps = (client: OpenstackClient): Readonly<Record<string, Step>> => ({
  confirm_resize: {
    // Some clouds confirm by themselves: then the server already has the plan.
    isDue: ({ provider_status: vendorStatus, task, plan }, input) =>
      task === null && (vendorStatus === 'VERIFY_RESIZE' || (isAtRest(vendorStatus) && plan?.id === input['plan'])),
    run: async (id, { plan }) => {
      try {
        return toAccepted(id, 'confirmResize', await client.act(id, { confirmResize: null }))
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.failure !== 'conflict') throw error
        const { server } = await getServer(client, id)
        if (server.plan?.id === plan && isAtRest(server.provider_status)) return {}
        throw error
      }
    }
  }
})
