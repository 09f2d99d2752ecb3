import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { goalOf } from './mapping-statuses.ts'
import { getLive } from './get.ts'

const note = 'Restarts the server.'

export const createRescue = (client: OnecloudClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'observed',
    cost: { calls: 2 },
    note: `${note} The provider refuses servers with less than 2048 MiB of memory, and zones without a baremetal agent.`,
    run: async ({ id }) => {
      await getLive(client, id)
      await client.act(id, 'start-rescue')
      return { goal: goalOf('rescue', { statuses: ['rescue'] }) }
    }
  },
  unrescue: {
    evidence: 'observed',
    cost: { calls: 2 },
    note,
    run: async ({ id }) => {
      await getLive(client, id)
      await client.act(id, 'stop-rescue')
      return { goal: goalOf('unrescue', { statuses: ['running', 'stopped'] }) }
    }
  }
})
