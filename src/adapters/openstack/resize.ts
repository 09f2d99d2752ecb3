import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import { noPlan } from '../kit/ids.ts'
import type { AdapterVerbs, Step } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { FlavorWire } from './catalog-schema.ts'
import type { OpenstackClient } from './client.ts'
import { naming } from './failures.ts'
import { toPlanDisk } from './mapping.ts'
import { getServer } from './list.ts'
import { toAccepted } from './power.ts'

export const createResize = (client: OpenstackClient, catalog: CatalogClient): NonNullable<AdapterVerbs['resize']> => ({
  evidence: 'observed',
  accepts: ['plan', 'restart'],
  cost: { calls: 1, perPage: 1 },
  note: 'A running server is shut down and started again. The gateway confirms the change as soon as the server waits for it. The volume that a server boots from does not grow.',
  run: async ({ seen: { server }, plan, restart }) => {
    if (plan === undefined) throw badMember('body.plan', 'is required: this provider sells sizes as plans')
    if (restart === false && server.status !== 'stopped') throw badMember('body.restart', 'a resize restarts a server that is not stopped')
    const flavor = (await catalog.flavors()).find(({ id }) => id === plan)
    if (flavor === undefined) throw noPlan()
    requireRoom(server, flavor)
    const made = await client.act(server.id, { resize: { flavorRef: plan } }, naming)
    return {
      ...toAccepted(server.id, 'resize', made),
      // The server shows the new sizes before the change is confirmed, but neither of these states.
      goal: { statuses: ['running', 'stopped'], plan },
      next: { name: confirmation, input: { plan } }
    }
  }
})

/** Nova checks some disks, and lets others fail on the host. */
function requireRoom ({ disk_gib: disk }: ServerFacts, flavor: FlavorWire): void {
  const size = toPlanDisk(flavor) ?? 0
  if (disk !== null && size < disk) throw badMember('body.plan', `its disk of ${size} GiB is smaller than the server's of ${disk} GiB`)
}

const isAtRest = (word: string | null): boolean => word === 'ACTIVE' || word === 'SHUTOFF'

const confirmation = 'confirm_resize'

/** Until it is confirmed, the server takes nothing else, and both sizes are charged. */
export const createResizeSteps = (client: OpenstackClient, catalog: CatalogClient): Readonly<Record<string, Step>> => ({
  [confirmation]: {
    // Some clouds confirm by themselves: then the server has the plan already.
    isDue: ({ provider_status: word, task, plan }, input) => task === null && (word === 'VERIFY_RESIZE' || (isAtRest(word) && plan?.id === input['plan'])),
    run: async (id, { plan }) => {
      try {
        return toAccepted(id, 'confirmResize', await client.act(id, { confirmResize: null }))
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.failure !== 'conflict') throw error
        const { server } = await getServer(client, catalog, id)
        if (server.plan?.id === plan && isAtRest(server.provider_status)) return {}
        throw error
      }
    }
  }
})
