import type { AllVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { toAccepted } from './power.ts'

export const createRescue = (client: OpenstackClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'observed',
    note: 'Boots the server\'s own image, or the cloud\'s; the cloud makes a password, which the answer has. Not for a server that boots from a volume.',
    run: async ({ id }) => {
      const made = await client.actForPassword(id, { rescue: null })
      return { ...toAccepted(id, 'rescue', made), ...(made.answer === null ? {} : { password: made.answer }) }
    }
  },
  unrescue: {
    evidence: 'observed',
    note: 'The server ends running, even if it was stopped before the rescue.',
    run: async ({ id }) => ({ ...toAccepted(id, 'unrescue', await client.act(id, { unrescue: null })), goal: { statuses: ['running'] } })
  }
})
